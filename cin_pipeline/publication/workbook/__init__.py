"""The release as an accessible workbook: cover, contents, notes, and one table a sheet.

`building` says what is on each sheet; `xlsx` and `ods` write the same sheets in the two formats.
"""

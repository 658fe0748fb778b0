"""From measures and estimates to what is published: tables, rounding, disclosure control.

`release_tables` declares the 28 tables, `cells` fills them, `disclosure` decides what is shown, `disclosure_audit`
tries to undo it.
"""

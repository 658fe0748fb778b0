"""What stands in a cell where no number does: the symbols of the open data, and the older ones."""

SUPPRESSED, UNAVAILABLE, INAPPLICABLE, LOW, UNRELIABLE = "c", "x", "z", "low", "u"
# How the Department's workbook of 2016-17 wrote ours.
WORKBOOK_2017_SYMBOLS = {SUPPRESSED: "x", UNAVAILABLE: "..", INAPPLICABLE: ".", LOW: "-", UNRELIABLE: ""}

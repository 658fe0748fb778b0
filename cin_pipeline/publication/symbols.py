"""What stands in a cell where no number does: the symbols of the open data."""

SUPPRESSED, UNAVAILABLE, INAPPLICABLE, LOW, UNRELIABLE = "c", "x", "z", "low", "u"

"""What stands in a cell where no number does: the symbols of the open data."""

SUPPRESSED, UNAVAILABLE, INAPPLICABLE, ROUNDS_TO_ZERO, UNRELIABLE = "c", "x", "z", "k", "u"

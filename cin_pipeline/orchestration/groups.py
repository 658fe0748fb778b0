"""The groups of assets. Numbered, because the UI sorts them by name and they are read in the order of the work."""

RETURNS = "1_returns"
VALIDATION = "2_validation"
MEASURES = "3_measures"
ENGLAND = "4_england"
PUBLICATION = "5_publication"

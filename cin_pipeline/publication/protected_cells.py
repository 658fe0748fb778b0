"""The table of what is shown of each cell; `disclosure` makes it."""

from dataclasses import replace

from cin_pipeline.publication.cells import CELLS
from cin_pipeline.publication.symbols import INAPPLICABLE, ROUNDS_TO_ZERO, SUPPRESSED, UNAVAILABLE, UNRELIABLE
from cin_pipeline.tables.declaring import ANY, TEXT, Column

PRIMARY, SECONDARY, DEPENDENT = "primary", "secondary", "dependent"

PROTECTED_CELLS = replace(
    CELLS,
    name="protected_cells",
    summary="A cell of a table of the release and what is shown of it.",
    columns=(
        *CELLS.columns,
        Column(
            "shown",
            ANY,
            "The figure as published; missing beside a symbol.",
            "as `unit` says",
            nullable=True,
        ),
        Column(
            "symbol",
            ANY,
            "What stands in its place: suppressed, rounds to zero, not available, not applicable, low reliability, or "
            "nothing.",
            values=("", SUPPRESSED, ROUNDS_TO_ZERO, UNAVAILABLE, INAPPLICABLE, UNRELIABLE),
        ),
        Column(
            "suppressed",
            TEXT,
            "Why it is suppressed, or would be if it were reliable: for its own sake, for another, or with a count it "
            "is of; empty where it is not.",
            values=("", PRIMARY, SECONDARY, DEPENDENT),
        ),
    ),
    caution="`value` still holds what is suppressed: kept with the state, in no file of the release.",
)

"""Columns that several tables have, meaning the same in each."""

from cin_pipeline.tables.declaring import TEXT, WHOLE, WHOLE_OR_NONE, Column

COLLECTION_YEAR = Column(
    "collection_year", WHOLE, "The year in which the collection year ends: 2017 is 2016-17.", "year"
)
LA_CODE = Column("la_code", TEXT, "The three-digit code of the LA.", longest=6)
MEASURE = Column("measure", TEXT, "What is counted, by its name in docs/measures.md.", longest=64)
BREAKDOWN = Column(
    "breakdown", TEXT, "By what it is broken down: `total`, an item, or several with colons.", longest=64
)
CATEGORY = Column(
    "category",
    TEXT,
    "Which part of the breakdown: `total`, a code, a band, or several with colons.",
    longest=64,
    caution="`unknown` is missing or not valid in the year. Categories without a count have no row.",
)

# Where something stands in a return.
TABLE = Column("table", TEXT, "The linked table of the return.")
RECORD = Column("record", WHOLE, "The number of the record in its table, from 1.", "record number")
LINE = Column("line", WHOLE, "The line of the file on which the record begins.", "line number")
CHILD_ID = Column(
    "la_child_id",
    TEXT,
    "The LA's own number of the child.",
    caution="Says who a child is: in nothing that is published.",
)
NUMBER_OF_CHILD = Column("child_number", WHOLE_OR_NONE, "The number of the Child record.", "record number")

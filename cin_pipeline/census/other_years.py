"""What is said of an element that a return holds and its year does not collect: most often the layout of the previous
year, sent once more."""

from cin_pipeline.census.specification import TABLES, elements, tables, years_of_element
from cin_pipeline.census.years import CollectionYear


def of_another_year(element: str, year: int) -> str:
    """Which years collect an element that `year` does not, and what `year` has in its place: the item of the same
    column. Empty for an element that `year` collects, or no year does."""
    others = "" if element in elements(year) else years_of_element(element)
    if not others:
        return ""
    columns = {
        (table.name, item.column) for table in TABLES.values() for item in table.items if item.element == element
    }
    instead = [
        item.element for table in tables(year).values() for item in table.items if (table.name, item.column) in columns
    ]
    asks = f"has {' and '.join(instead)}" if instead else "does not ask for it"
    return f"{element}: {others}; {CollectionYear(year).short} {asks}"

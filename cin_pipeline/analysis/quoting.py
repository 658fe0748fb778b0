"""Names and texts as SQL has them, and the sentences of the declarations as comments."""

from collections.abc import Iterator

from cin_pipeline.analysis.views import View


def name_of(name: str) -> str:
    """A name that may be a word of SQL, such as `table`."""
    return f'"{name}"'


def text_of(text: str) -> str:
    """A text."""
    return "'" + text.replace("'", "''") + "'"


def comments(view: View, kind: str, of: str) -> Iterator[str]:
    """The statements that put the sentences of a view beside it and its columns. `kind`: VIEW or TABLE. `of`: its name,
    quoted."""
    yield f"COMMENT ON {kind} {of} IS {text_of(view.comment)}"
    for column in view.columns:
        yield f"COMMENT ON COLUMN {of}.{name_of(column.name)} IS {text_of(column.comment)}"

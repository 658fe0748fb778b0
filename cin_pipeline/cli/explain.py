"""`cin-pipeline explain`: where a figure comes from, down to the records that were counted."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from cin_pipeline.census.text import visible
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.cli.collection_years import Year, say_if_provisional
from cin_pipeline.cli.diff import described
from cin_pipeline.cli.stored import (
    CsvFile,
    ShowChildren,
    StateDirectory,
    cell_text,
    known_authority,
    opened_store,
    write_csv,
)
from cin_pipeline.cli.terminal import console, errors, wrong_use
from cin_pipeline.reference.authorities import ENGLAND, Place, every_authority, places
from cin_pipeline.reference.figure_keys import TOTAL, FigureKey

if TYPE_CHECKING:
    from pandas import DataFrame

    from cin_pipeline.answers.explaining import AuthorityFigure, NationalFigure
    from cin_pipeline.methodology.estimates import Ratio
    from cin_pipeline.store.store import Store

MOST_SHOWN = 60  # records in the terminal; a file takes them all
OUT_OF_DATE = 1  # the figure was made from other returns than the current ones


def explain(
    year: Year,
    measure: Annotated[str, typer.Option(help="A measure, such as re_referrals (docs/measures.md).")],
    breakdown: Annotated[str, typer.Option(help="One of its breakdowns.")] = TOTAL,
    category: Annotated[str, typer.Option(help="A category of the breakdown.")] = TOTAL,
    la: Annotated[str | None, typer.Option(help="Go on to the records of this LA.")] = None,
    place: Annotated[str, typer.Option(help="Where to start: England, or a region's code or name.")] = ENGLAND,
    show_children: ShowChildren = False,
    csv: CsvFile = None,
    state: StateDirectory = None,
) -> None:
    """Walk from a figure of England to what is known and estimated, to the LAs, and with --la to the records counted.

    Records are shown by table, record number and line in the LA's file, and add up to the figure. --csv writes the
    whole list: of records with --la, else of LAs. Exit code 0: done. 1: the figure was made from other returns than
    the current ones. 2: wrong use, such as a name that does not exist.
    """
    from cin_pipeline.answers.explaining import NotExplained
    from cin_pipeline.answers.history import NotComparable
    from cin_pipeline.methodology.catalogue import MEASURES
    from cin_pipeline.methodology.estimates import EstimateImpossible
    from cin_pipeline.methodology.tracing import UnknownName, derivation, find_figure
    from cin_pipeline.store.national_inputs import InputFileError

    code = known_authority(la) if la else None
    where = _place(place)
    if code and where.geography_code not in every_authority()[code].places:
        wrong_use(f"--la {code}: {every_authority()[code].name} is not in {where.name}")
    try:
        key = find_figure(measure, breakdown, category, year)
    except UnknownName as error:
        wrong_use(str(error))
    with opened_store(state) as opened:
        declared = MEASURES[measure]
        by = None if key.is_whole else declared.breakdowns[breakdown]
        named = f"; {by.label}: {by.label_of(category)}" if by else ""
        title = f"{key}: {declared.title}{named}, {CollectionYear(year)} (table {declared.table})"
        console.print(title, markup=False)
        say_if_provisional(year)
        console.print("Decided by (sections of the methodology, interpretations):")
        for sentence in derivation(key, year):
            console.print(f"  - {sentence}", markup=False)
        try:
            agrees = _explain_place(opened, year, key, where, code, None if code else csv)
        except (EstimateImpossible, NotExplained) as error:
            if code is None:
                wrong_use(str(error))
            errors.print(str(error), markup=False)
            agrees = True
        except InputFileError as error:
            wrong_use(str(error))
        if code:
            try:
                agrees &= _explain_authority(opened, year, key, code, csv, show_children)
            except NotComparable as error:
                wrong_use(str(error))
    if not agrees:
        raise typer.Exit(OUT_OF_DATE)


def _place(text: str) -> Place:
    by_name = {name.casefold(): place for place in places() for name in (place.geography_code, place.name)}
    if text.casefold() not in by_name:
        known = ", ".join(f"{place.geography_code} {place.name}" for place in places())
        wrong_use(f"--place {visible(text)}: there is no such place; there are {known}")
    return by_name[text.casefold()]


def _explain_place(
    store: "Store", year: int, key: FigureKey, place: Place, la_code: "str | None", csv: CsvFile
) -> bool:
    """Shows the figure of a place; gives whether its LAs add up to it."""
    from cin_pipeline.answers.explaining import explain_place

    found = explain_place(store, year, key, place)
    factor = f"; grossing factor {found.grossing_factor:.4f}" if found.grossing_factor == found.grossing_factor else ""
    parts = f"{_number(found.known)} known + {_number(found.estimated)} estimated"
    console.print(f"{place.name}: {_number(found.value)} = {parts}{factor}", markup=False)
    if found.ratio is not None:
        console.print(f"Where it is missing: {_rule(found.ratio, key)}", markup=False)
    if not found.agrees:
        errors.print(
            "The current returns do not add up to that: it was made from other returns or another population. "
            "Make it again with: cin-pipeline run, or job england in the UI.",
            markup=False,
        )
    if la_code is None:
        console.print(_authority_table(found), soft_wrap=False)
    else:
        for row in found.authorities[found.authorities["la_code"] == la_code].itertuples(index=False):
            how = "" if row.why == "" else f", {row.why}{_base(row, found)}"
            part = f"{_number(row.value)} {row.status}" if row.value == row.value else row.status
            console.print(f"Of that {row.la_name}, {la_code}: {part}{how}", markup=False)
    if csv is not None:
        write_csv(found.authorities, csv)
        console.print(f"Every LA: {csv}", markup=False)
    return found.agrees


def _rule(ratio: "Ratio", key: FigureKey) -> str:
    """How a missing figure is estimated, with the numbers."""
    what = key.category if key.category != TOTAL else key.measure
    times = f"{ratio.value:.6g}" if ratio.value == ratio.value else "nothing to go by"
    given, divisor = f"{_number(ratio.given)} {what}", f"{_number(ratio.divisor)} {ratio.base}"
    return f"{ratio.rule}: its {ratio.base} x {given} / {divisor} of the LAs that gave it = x {times}"


def _authority_table(found: "NationalFigure") -> Table:
    table = Table("LA", "name", "how", title=f"What each LA adds to {found.place.name}", title_justify="left")
    table.add_column("figure", justify="right")
    table.add_column("why, and what it is estimated from")
    for row in found.authorities.itertuples(index=False):
        why = escape(f"{row.why}{_base(row, found)}")
        table.add_row(row.la_code, escape(row.la_name), row.status, _number(row.value), why)
    return table


def _base(row: Any, found: "NationalFigure") -> str:
    """What an LA's figure is estimated from, where it is."""
    return f"; from {_number(row.base)} {found.ratio.base}" if found.ratio and row.base == row.base else ""


def _explain_authority(
    store: "Store", year: int, key: FigureKey, la_code: str, csv: CsvFile, show_children: bool
) -> bool:
    """Shows the figure of an LA and its records; gives whether they add up to it."""
    from cin_pipeline.answers.explaining import explain_authority

    found = explain_authority(store, year, key, la_code)
    figure = "not available" if found.figure is None else f"{found.figure:,}"
    name = every_authority()[la_code].name
    console.print(f"\n{name} ({la_code}) itself: {figure}", markup=False)
    if found.why:
        console.print(f"Not used for England: {found.why}", markup=False)
    if found.submission is None:
        return True
    history = store.registry.history(year, la_code)
    console.print(f"From submission {described(found.submission, history)}", markup=False)
    if found.previous is not None:
        sender = found.previous.la_code
        before = described(found.previous, store.registry.history(year - 1, sender))
        whose = "" if sender == la_code else f"of its predecessor {every_authority()[sender].name} ({sender}), "
        console.print(f"And the previous year's, {whose}{before}", markup=False)
    if not found.agrees:
        errors.print(
            f"The current returns now give {found.listed if found.listed is not None else 'none'}: the figure was "
            f"counted with others. Count it again with: cin-pipeline run --la {la_code}",
            markup=False,
        )
    if found.records is not None:
        _show_records(found, key, csv, show_children)
    return found.agrees


def _show_records(found: "AuthorityFigure", key: FigureKey, csv: CsvFile, show_children: bool) -> None:
    records = _listed(found, show_children)
    if len(records):
        console.print(_record_table(records, key, found.of_children), soft_wrap=False)
    if len(records) > MOST_SHOWN:
        console.print(f"{MOST_SHOWN} of {len(records):,} records are shown; --csv FILE writes all.", markup=False)
    unit = "children" if found.of_children else "counted"
    console.print(f"{found.listed:,} {unit}, from {len(records):,} records.", markup=False)
    if csv is not None:
        write_csv(records, csv)
        console.print(f"Every record: {csv}", markup=False)


def _listed(found: "AuthorityFigure", show_children: bool) -> "DataFrame":
    if found.records is None:
        raise ValueError("there are no records")
    return found.records if show_children else found.records.drop(columns="la_child_id")


def _record_table(records: "DataFrame", key: FigureKey, of_children: bool) -> Table:
    table = Table(title=f"Records counted in {key}", title_justify="left")
    names = {
        "unit": "child counted" if of_children else "counted",
        "child": "Child record",
        "table": "table",
    }
    for heading in records.columns:
        table.add_column(
            names.get(heading, heading.replace("_", " ")), justify="left" if heading == "table" else "right"
        )
    for row in records.head(MOST_SHOWN).astype(object).itertuples(index=False, name=None):
        table.add_row(*map(cell_text, row))
    return table


def _number(value: float) -> str:
    """A count as it is; an estimate with a decimal; `not available` where there is none."""
    if value != value:
        return "not available"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"

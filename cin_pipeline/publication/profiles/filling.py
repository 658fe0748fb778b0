"""A release in the form of a profile: its protected cells put into the files, and the people its rates are of."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from cin_pipeline.publication.arranging import KEYS, Arranged, Figures, Words, tidy
from cin_pipeline.publication.declaring import ALL_LEVELS, COUNT, DECIMALS, ENGLAND_ONLY, PERCENT, RATE, Filter, Table
from cin_pipeline.publication.profiles.declaring import POPULATION, Cell, File, Profile
from cin_pipeline.publication.release_tables import labelled, worded
from cin_pipeline.publication.symbols import INAPPLICABLE, UNAVAILABLE

_LABELS = {
    "category": "Category",
    "category_type": "Category type",
    "characteristic": "Characteristic",
    "characteristic_type": "Characteristic type",
    "age_group": "Age group",
}
_ABOUT = {  # files that are no table of ours
    "headline": ("Headline", "England's headline figures, by year."),
    POPULATION: ("Population", "People aged 0 to 17 in the middle of a calendar year, which rates are per 10,000 of."),
}
# What a label says of its file besides the category: which of the categories of a plan, number, wait.
_BESIDES = re.compile(r"^(Initial|Latest): |\s+-\s*[Nn]umber$|^Duration between [^(]+\(|(?<=working days)\)$")


class People(NamedTuple):
    """People aged 0 to 17 by LA code and geography code, in the middle of a calendar year."""

    mid_year: int
    by_place: Mapping[str, int]


def filled(
    profile: Profile, tables: Mapping[str, Table], protected: DataFrame, year: int, people: Mapping[int, People]
) -> tuple[Arranged, ...]:
    """The files of a release of a year in the form of a profile, those without a year to show left out.

    `tables`: by id, with their notes; `protected`: its cells as published; `people` by collection year."""
    if profile.is_tidy:
        return tidy(tables, protected)
    words = worded(year)
    by_table = dict(list(protected.groupby("table", sort=False)))
    found = []
    for file in profile.files:
        if file.id == POPULATION:
            found.append(_population(file, by_table["B1"], people))
            continue
        cells = [of[of["collection_year"] >= file.first_year] for name, of in by_table.items() if name in file.tables]
        if any(len(of) for of in cells):
            found.append(_filled(profile, file, tables, pd.concat(cells), words))
    return tuple(found)


def labelled_by(profile: Profile, year: int) -> dict[str, Table]:
    """The tables by id, in the words of a release year, with the labels that the profile has for rows and columns."""
    tables, words = labelled(year), worded(year)
    for file in profile.files:
        if file.id in tables:
            tables[file.id] = _relabelled(tables[file.id], file, words)
    return tables


def _relabelled(table: Table, file: File, words: Callable[[str], str]) -> Table:
    by_column = {
        column.category: words(_BESIDES.sub("", column.label))
        for column in file.columns
        if column.category and table.indicator(column.indicator).unit == COUNT
    }
    by_row = {row.code: words(row.words[-1]) for row in file.rows if row.code}
    labels = [by_row, by_column] if file.rows_by == 1 else [by_column, by_row]

    def of_filter(filter_: Filter, names: Mapping[str, str]) -> Filter:
        rows = (replace(row, label=names.get(row.code, row.label)) for row in filter_.categories)
        return replace(filter_, categories=tuple(rows))

    by_indicator = {
        column.indicator: words(_BESIDES.sub("", column.label)) for column in file.columns if not column.category
    }
    return replace(
        table,
        filters=tuple(map(of_filter, table.filters, labels)),
        indicators=tuple(replace(each, label=by_indicator.get(each.name, each.label)) for each in table.indicators),
    )


def _filled(
    profile: Profile,
    file: File,
    tables: Mapping[str, Table],
    cells: DataFrame,
    words: Callable[[str], str],
) -> Arranged:
    units = {column.name: tables[column.table].indicator(column.indicator).unit for column in file.columns}
    title, about, notes, levels = words(file.title), *_about(file, tables, set(units.values()))
    return Arranged(
        file.id if file.id in tables else _ABOUT[file.id][0],
        _name(file, cells["collection_year"]),
        title,
        about,
        levels,
        _words(file),
        tuple(
            Figures(column.name, words(column.label), units[column.name], DECIMALS[units[column.name]])
            for column in file.columns
        ),
        _rows(profile, file, cells, words),
        notes,
        code_before_name=True,
    )


def _about(file: File, tables: Mapping[str, Table], units: set[str]) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """What the sheet says of the table, its notes on what the file shows, and its levels."""
    if file.id not in tables:
        return _ABOUT[file.id][1], (), ENGLAND_ONLY
    table = tables[file.id]
    without = [word for word, unit in (("Rates ", RATE), ("Percentages", PERCENT)) if unit not in units]
    notes = tuple(note for note in table.notes if not note.startswith(tuple(without)))
    return table.description, notes, table.levels


def _words(file: File) -> tuple[Words, ...]:
    last = file.filters[-1] if file.filters else ""
    return tuple(
        Words(name, _LABELS[name], name in file.filters, file.grouping if name == last else "") for name in file.words
    )


def _name(file: File, years: "pd.Series[int]") -> str:
    """The name of the file with the years in it, as the Department writes them."""
    first, last = int(years.min()), int(years.max())
    return f"{file.stem}_{first}" if first == last else f"{file.stem}_{first}_to_{last}"


def _rows(profile: Profile, file: File, cells: DataFrame, words: Callable[[str], str]) -> DataFrame:
    """A row of texts for each year, place and row of the file, in the order of the cells."""
    position = {
        file.cell(row, column): (n, m) for n, row in enumerate(file.rows) for m, column in enumerate(file.columns)
    }
    index = pd.MultiIndex.from_tuples(list(position), names=Cell._fields)
    found = index.get_indexer(pd.MultiIndex.from_frame(cells[list(Cell._fields)]))
    cells, found = cells[found >= 0], found[found >= 0]
    place, _ = pd.factorize(pd.MultiIndex.from_frame(cells[KEYS]))
    row, column = np.array(list(position.values())).T
    places = place.max() + 1
    texts = np.full((places * len(file.rows), len(file.columns)), "", dtype=object)
    texts[place * len(file.rows) + row[found], column[found]] = _texts(profile, cells)
    # What no year held could have is not available, but in a place of which no LA is expected.
    lacking, of_nobody = texts == "", np.isin(texts, ["", INAPPLICABLE]).all(axis=1)
    texts = np.where(lacking, np.where(of_nobody, INAPPLICABLE, UNAVAILABLE)[:, None], texts)
    keys = cells[KEYS][~pd.Series(place, index=cells.index).duplicated()]
    keys = keys.loc[keys.index.repeat(len(file.rows))].reset_index(drop=True)
    named = DataFrame([tuple(map(words, each.words)) for each in file.rows] * places, columns=list(file.words))
    return pd.concat([keys, named, DataFrame(texts, columns=[each.name for each in file.columns])], axis="columns")


def _texts(profile: Profile, cells: DataFrame) -> NDArray[np.object_]:
    """What stands in each cell: a number, or the profile's symbol."""
    return np.array(
        [
            profile.symbols.get(symbol, symbol) if symbol else _number(shown)
            for symbol, shown in zip(cells["symbol"], cells["shown"], strict=True)
        ],
        dtype=object,
    )


def _number(shown: int | Decimal) -> str:
    """Without a trailing zero, as the Department writes it."""
    text = str(shown)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _population(file: File, cells: DataFrame, people: Mapping[int, People]) -> Arranged:
    """People of every place of the release, by the year in whose middle they are counted; cells of table B1."""
    (column,) = file.columns
    places = cells.drop_duplicates(KEYS)
    has_none = dict(zip(places["geography_code"], places["symbol"] == INAPPLICABLE, strict=True))
    rows = []
    for where in places[KEYS].itertuples(index=False):
        of_year = people[where.collection_year]
        number = of_year.by_place.get(where.la_code or where.geography_code)
        none = INAPPLICABLE if has_none[where.geography_code] else UNAVAILABLE
        rows.append((*where, of_year.mid_year, *file.rows[0].words, none if number is None else str(number)))
    found = DataFrame(rows, columns=[*KEYS, "mid_year", *file.words, column.name])
    found = found.drop_duplicates(["mid_year", "geography_code", "la_code"]).reset_index(drop=True)
    sheet, about = _ABOUT[file.id]
    return Arranged(
        sheet,
        _name(file, found["mid_year"]),
        file.title,
        about,
        ALL_LEVELS,
        _words(file),
        (Figures(column.name, column.label, COUNT, 0),),
        found,
        mid_years=True,
        code_before_name=True,
    )

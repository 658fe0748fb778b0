"""`validation_issues.csv`: its columns, and that no cell of it is run by a spreadsheet."""

import csv

import pandas as pd
import pytest

from cin_pipeline.outputs.run_files import ISSUE_COLUMNS, harmless, issue_rows, write_issues
from cin_pipeline_tests.support.building import child, header, return_xml, valid_children
from cin_pipeline_tests.support.checked import checked


def _read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_columns_and_rows_are_as_in_the_contract(tmp_path):
    first = checked(return_xml([child(Ethnicity=None, LAchildID="Ä,1"), *valid_children()]))
    second = checked(return_xml(valid_children(), head=header(ReferenceDate=None)))
    write_issues([issue_rows(first.issues, 2017, "201"), issue_rows(second.issues, 2017, "202")], tmp_path / "i.csv")
    columns = "collection_year,la_code,rule_id,severity,la_child_id,table,record,fields,line,message"
    assert (tmp_path / "i.csv").read_text(encoding="utf-8").splitlines()[0] == columns == ",".join(ISSUE_COLUMNS)
    rows = _read(tmp_path / "i.csv")
    assert [list(row.values())[:9] for row in rows] == [
        ["2017", "201", "4220", "error", "Ä,1", "children", "1", "Ethnicity", "16"],
        ["2017", "202", "100", "error", "", "return", "", "Header.ReferenceDate, Header.Year", "2"],
    ]
    assert list(tmp_path.iterdir()) == [tmp_path / "i.csv"]


def test_without_any_row_there_is_a_header(tmp_path):
    none = checked(return_xml(valid_children()))
    for returns in ([], [issue_rows(none.issues, 2017, "201")]):
        write_issues(returns, tmp_path / "i.csv")
        assert (tmp_path / "i.csv").read_text(encoding="utf-8") == ",".join(ISSUE_COLUMNS) + "\n"


@pytest.mark.parametrize("start", list("=+-@\t\r\n"))
def test_a_cell_that_starts_like_a_formula_gets_an_apostrophe(start):
    assert list(harmless(pd.Series([f"{start}HYPERLINK()", f"a{start}b", "'", ""]))) == [
        f"'{start}HYPERLINK()", f"a{start}b", "'", "",
    ]  # fmt: skip


@pytest.mark.parametrize("sent", ['=cmd|"/C calc"!A0', "+1", "-1", "@SUM(A1)", "a\rb,\n=1", '"', "1;=2"])
def test_a_child_id_can_neither_be_a_formula_nor_break_its_row(tmp_path, sent):
    xml = return_xml([child(LAchildID=sent, Ethnicity=None), *valid_children()]).replace(b"\r", b"&#13;")
    write_issues([issue_rows(checked(xml).issues, 2017, "201")], tmp_path / "i.csv")
    (row,) = _read(tmp_path / "i.csv")
    assert row["la_child_id"] == ("'" if sent[0] in "=+-@" else "") + sent
    assert row["rule_id"] == "4220"

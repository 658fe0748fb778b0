"""The authority numbers a unique pupil number (UPN) may hold as its characters 2 to 4 [rule 1530]."""

from functools import cache

from cin_pipeline.reference.data_files import holds_year, rows


@cache
def upn_authorities(year: int) -> frozenset[str]:
    """The LA and pseudo-LA numbers, three digits, recognised in the UPNs of the collection year `year`."""
    return frozenset(
        f"{number:03}"
        for row in rows("upn-authorities")
        if holds_year(year, row["valid_from"], "")
        for number in range(int(row["first"]), int(row["last"]) + 1)
    )

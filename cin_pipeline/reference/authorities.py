"""The local authorities (LAs) that send returns, by collection year, and the places their figures add up to."""

from dataclasses import dataclass
from functools import cache

from cin_pipeline.reference.data_files import holds_year, rows

ENGLAND = "E92000001"


@dataclass(frozen=True)
class Authority:
    """One local authority as it stood in a collection year."""

    la_code: str
    new_la_code: str
    name: str
    region_code: str
    region_name: str
    london_subregion_code: str  # empty outside London
    london_subregion_name: str

    @property
    def places(self) -> tuple[str, ...]:
        """Geography codes of the places this LA counts towards: England, its region, Inner or Outer London."""
        return tuple(code for code in (ENGLAND, self.region_code, self.london_subregion_code) if code)


@dataclass(frozen=True)
class Place:
    """England or a region (Inner and Outer London are regions beside London)."""

    geographic_level: str
    geography_code: str
    name: str


@cache
def authorities(year: int) -> dict[str, Authority]:
    """The LAs that exist in the collection year ending 31 March `year`, by three-digit code."""
    return {
        row["la_code"]: _authority(row)
        for row in rows("local-authorities")
        if holds_year(year, row["valid_from"], row["valid_to"])
    }


@cache
def every_authority() -> dict[str, Authority]:
    """Every LA there ever was, as it stood last, by three-digit code in order."""
    last = {row["la_code"]: _authority(row) for row in sorted(rows("local-authorities"), key=_first_year)}
    return dict(sorted(last.items()))


@cache
def places() -> tuple[Place, ...]:
    """England, the nine regions, and Inner and Outer London."""
    regions = {
        (code, name)
        for la in every_authority().values()
        for code, name in (
            (la.region_code, la.region_name),
            (la.london_subregion_code, la.london_subregion_name),
        )
        if code
    }
    return (
        Place("National", ENGLAND, "England"),
        *(Place("Regional", code, name) for code, name in sorted(regions)),
    )


def _authority(row: dict[str, str]) -> Authority:
    return Authority(
        la_code=row["la_code"],
        new_la_code=row["new_la_code"],
        name=row["la_name"],
        region_code=row["region_code"],
        region_name=row["region_name"],
        london_subregion_code=row["london_subregion_code"],
        london_subregion_name=row["london_subregion_name"],
    )


def _first_year(row: dict[str, str]) -> int:
    return int(row["valid_from"])

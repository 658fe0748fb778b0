"""The structure of a return: proved by pairs of tags, held against a schema, and every fault told at once."""

import re
from random import Random

import pytest

from cin_pipeline.census import xml
from cin_pipeline.census.errors import MOST_FAULTS, FaultKind, ReturnRejected, StructureFaults
from cin_pipeline.census.reading import read_return
from cin_pipeline.census.specification import Group, Item, elements, message
from cin_pipeline.census.structure import structure
from cin_pipeline.census.years import COLLECTION_YEARS
from cin_pipeline_tests.support.random_returns import messy_return
from cin_pipeline_tests.support.structure_schema import is_valid

YEARS = [year.ending for year in COLLECTION_YEARS]
_TOKEN = re.compile(rb"<[^>]*>|[^<]+")


def faults_of(text: str, year: int = 2017) -> StructureFaults:
    with pytest.raises(StructureFaults) as rejected:
        read_return(text.encode(), year)
    return rejected.value


def referral(content: str) -> str:
    return f"<Message><Children><Child>\n<CINdetails>\n{content}\n</CINdetails>\n</Child></Children></Message>"


@pytest.mark.parametrize("year", YEARS)
def test_the_premises_of_the_table_of_pairs_hold(year: int) -> None:
    """Each name occurs once in a group; a name in two places is an item, told apart by whatever stands before it."""
    places: dict[str, list[Group | Item]] = {}

    def walk(group: Group) -> None:
        names = [member.element for member in group.members]
        assert len(names) == len(set(names)), group.element
        for member in group.members:
            places.setdefault(member.element, []).append(member)
            if isinstance(member, Group):
                walk(member)

    walk(message(year))
    several = {name: found for name, found in places.items() if len(found) > 1}
    assert list(several) == ["DateOfInitialCPC"]
    assert all(isinstance(part, Item) for found in several.values() for part in found)
    known = structure(year)
    twice = [known.items[table, "date_of_initial_cpc"] for table in ("referrals", "section47")]
    before = [{tag for tag in range(known.nothing) if known._allowed[tag, place]} for place in twice]
    assert all(before)
    assert not before[0] & before[1]
    assert not any(tag in (place, place + 1) for place in twice for tag in before[0] | before[1])


def mutant(random: Random, data: bytes, year: int) -> bytes:
    """The document with a few tags or texts left out, doubled, moved or put in."""
    tokens = _TOKEN.findall(data)
    names = sorted(elements(year) | {"CINPlanDates", "Sex", "Colour"})
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        first, last = sorted((random.randrange(len(tokens)), random.randrange(len(tokens))))
        last = min(last, first + random.choice((0, 0, 2, 3, 12)))
        part = tokens[first : last + 1]
        match random.randrange(6):
            case 0:
                del tokens[first : last + 1]
            case 1:
                tokens[first:first] = part
            case 2:
                del tokens[first : last + 1]
                place = random.randrange(len(tokens) + 1)
                tokens[place:place] = part
            case 3:
                name = random.choice(names).encode()
                tokens.insert(first, random.choice((b"<%s/>", b"<%s>v</%s>")).replace(b"%s", name))
            case 4:
                texts = (b"x", b"\xc2\xa0", b" <!-- <a> -->", b"<?p <b?>", b"<![CDATA[q]]>", b"&#32;", b"&lt;", b"\r\n")
                tokens.insert(first, random.choice(texts))
            case 5:
                tokens[first] = tokens[first].replace(b">", random.choice((b' a="b">', b' xml:lang="en">', b" >")), 1)
    return b"".join(tokens)


@pytest.mark.parametrize("year", [2014, 2017, 2022, 2025, 2027])
def test_the_verdict_is_that_of_a_schema(year: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a document comes in many pieces."""
    random = Random(year)  # noqa: S311 - the same mutants every time
    sound = messy_return(year, 3, year, "201")
    assert is_valid(sound, year)
    verdicts = []
    for _ in range(150):
        data = mutant(random, sound, year)
        monkeypatch.setattr(xml, "PIECE", random.choice((64, 300, 1 << 19)))
        try:
            read_return(data, year)
        except ReturnRejected:
            verdicts.append(False)
        else:
            verdicts.append(True)
        assert is_valid(data, year) is verdicts[-1], data
    assert 20 < sum(verdicts) < 130


KINDS = {
    FaultKind.UNKNOWN: ("<Colour>x</Colour>", "element Colour is unknown in 2016 to 2017; expected here: CINreferral"),
    FaultKind.OTHER_YEAR: ("<CINPlanDates/>", "CINPlanDates: from 2021-22; 2016-17 does not ask for it; expected here"),
    FaultKind.OUT_OF_ORDER: (
        "<ReferralNFA/>\n<Assessments/>",
        "element Assessments is out of order for 2016 to 2017; expected before ReferralNFA",
    ),
    FaultKind.REPEATED: (
        "<ReferralNFA/>\n<ReferralNFA/>",
        "element ReferralNFA is repeated; expected once in CINdetails",
    ),
    FaultKind.NESTED: ("<UPN/>", "element UPN does not belong in CINdetails; expected here: CINreferralDate, "),
    FaultKind.IN_AN_ITEM: ("<ReferralNFA>\n<b>1</b></ReferralNFA>", "element b stands in ReferralNFA, where only a"),
    FaultKind.TEXT: ("\n\nstray &amp; gone", "text stands between elements, where only elements were expected"),
    FaultKind.NAMESPACE: (
        '<q:UPN xmlns:q="urn:q"/>',
        "element UPN is in a namespace of its own; an element without one was",
    ),
}


def test_each_attribute_in_a_namespace_is_told() -> None:
    found = faults_of(referral('<ReferralNFA xmlns:q="urn:q" q:a="" q:b="" c=""/>'))
    assert [fault.reason.partition(" of ")[0] for fault in found.faults] == ["attribute a", "attribute b"]


@pytest.mark.parametrize("kind", FaultKind)
def test_each_kind_of_fault_has_its_sentence_and_its_own_line(kind: FaultKind) -> None:
    content, said = KINDS[kind]
    found = faults_of(referral(content))
    assert found.count == len(found.faults) == 1
    (fault,) = found.faults
    assert fault.kind is kind
    assert fault.reason.startswith(said)
    assert (found.reason, found.line, found.path) == (fault.reason, fault.line, fault.path)
    assert fault.line == 3 + content.count("\n")
    assert fault.path.startswith("/Message/Children/Child[1]/CINdetails[1]")
    assert str(found) == f"line {fault.line}, at {fault.path}: {fault.reason}"


def test_every_fault_is_found_and_what_follows_one_is_held_against_its_place() -> None:
    one = (
        "<Child>\n<ChildIdentifiers><LAchildID>C</LAchildID>\n<PersonDeathDate/>\n<GenderCurrent/></ChildIdentifiers>\n"
        "<ChildCharacteristics><Disabilities/>\n<Disabilities/></ChildCharacteristics>\n"
        "<CINdetails><ReferralNFA/>\n<CINclosureDate/>\n<ReasonForClosure/>\n<Wrong><UPN/>text</Wrong></CINdetails></Child>\n"
    )
    found = faults_of(f"<Message><Children>\n{one * 12}</Children></Message>")
    kinds = [(each.first.kind, each.first.element, each.count, each.first.line) for each in found.groups]
    assert kinds == [
        (FaultKind.OUT_OF_ORDER, "GenderCurrent", 12, 5),
        (FaultKind.REPEATED, "Disabilities", 12, 7),
        (FaultKind.OUT_OF_ORDER, "CINclosureDate", 12, 9),
        (FaultKind.UNKNOWN, "Wrong", 12, 11),
    ]
    assert [fault.line for fault in found.faults] == sorted(fault.line for fault in found.faults)
    assert found.faults[-1].path == "/Message/Children/Child[12]/CINdetails[1]/Wrong"
    assert str(found).endswith("; and 47 more structure faults: run cin-pipeline validate on the file to see them all")


def test_the_most_frequent_kind_comes_first_and_faults_beyond_the_limit_are_counted() -> None:
    found = faults_of(referral("<Colour/>\n" + "<Shape/>\n" * 5_000))
    assert [(each.first.element, each.count) for each in found.groups] == [("Shape", 5_000), ("Colour", 1)]
    assert found.count == 5_001
    assert len(found.faults) == MOST_FAULTS
    assert found.reason.startswith("element Colour")


def test_a_kind_first_met_beyond_the_limit_is_in_the_groups() -> None:
    found = faults_of(referral("<Shape/>\n" * MOST_FAULTS + "<Colour/>"))
    assert [(each.first.element, each.first.line) for each in found.groups] == [("Shape", 3), ("Colour", 1_003)]


def test_a_file_that_breaks_off_behind_faults_is_not_well_formed() -> None:
    with pytest.raises(ReturnRejected, match="not well-formed") as rejected:
        read_return(referral("<Colour/>")[:-10].encode(), 2017)
    assert not isinstance(rejected.value, StructureFaults)


def test_a_very_long_name_is_cut_in_sentence_and_path() -> None:
    found = faults_of(referral(f"<{'x' * 5_000}/>"))
    assert len(found.reason) < 400
    assert len(found.path or "") < 200
    assert "(5,000 characters)" in found.reason

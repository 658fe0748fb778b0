"""What a state holds to stand in for what is missing: figures of an earlier year, and of a new LA's re-referrals the
return of the previous year, its own or its predecessor's."""

from cin_pipeline.methodology.carrying import Carried, Treatment
from cin_pipeline.methodology.missing import without_unusable
from cin_pipeline.methodology.practice import CarriedLa, Carrying, MissingData, NewLa
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.reference.missing_data import CarryForward
from cin_pipeline.store.national_inputs import NationalInputs
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import Submission


def treatment_of(store: Store, year: int, inputs: NationalInputs) -> Treatment:
    """What is done about what is missing in England of a year, with the figures that are carried forward.

    What was declared unusable for their own year, then or with the year they are carried to, is not among them."""
    carried = {}
    for line in inputs.carry_forward:
        if store.registry.current(year, line.la_code) is not None:
            continue
        submission = store.registry.current(line.from_year, line.la_code)
        # No submission has number 0.
        figures = store.figures.la_measures_of(0 if submission is None else submission.submission)
        unusable = (*store.inputs.of(line.from_year).unusable, *inputs.unusable)
        carried[line.la_code] = Carried(line.from_year, without_unusable(figures, unusable))
    return Treatment(inputs.practice, carried)


def missing_data_of(store: Store, year: int) -> MissingData:
    """What is done about missing data in a year, and what could not be as it was declared."""
    inputs = store.inputs.of(year)
    return MissingData(
        year,
        inputs.practice,
        inputs.asked,
        tuple(_carried(store, line) for line in inputs.carry_forward),
        tuple(_new(store, year, la, old) for la, old in inputs.predecessors.items() if la in inputs.expected),
        tuple(sorted((each.la_code, each.measure) for each in inputs.low_reliability if each.year == year)),
        frozenset(each.la_code for each in inputs.unusable if each.year == year),
    )


def previous_return(store: Store, year: int, la_code: str) -> Submission | None:
    """The return of the previous year that an LA's re-referrals are counted with: its own, else its predecessor's."""
    own = store.registry.current(year - 1, la_code)
    predecessor = None if own else store.inputs.predecessors(year).get(la_code)
    return store.registry.current(year - 1, predecessor) if predecessor else own


def for_re_referrals_alone(year: int, inputs: NationalInputs) -> frozenset[str]:
    """The LAs that may send a return of the year before `year` besides those of that year, as re-referrals of `year`
    need it and no figure of its own year: the predecessors of expected LAs, and new LAs themselves [A70]."""
    predecessors = {old for la, old in inputs.predecessors.items() if la in inputs.expected}
    return frozenset(predecessors | (set(inputs.expected) - authorities(year - 1).keys()))


def _carried(store: Store, line: CarryForward) -> CarriedLa:
    submission = store.registry.current(line.from_year, line.la_code)
    number, sha256 = (None, "") if submission is None else (submission.submission, submission.sha256)
    outcome = Carrying.NOTHING if submission is None else Carrying.CARRIED
    if store.registry.current(line.year, line.la_code) is not None:
        outcome = Carrying.OWN_RETURN
    return CarriedLa(line.la_code, line.from_year, outcome, number, sha256)


def _new(store: Store, year: int, la_code: str, predecessor: str) -> NewLa:
    before = previous_return(store, year, la_code)
    returned = store.registry.current(year, la_code) is not None
    counted_with, number = ("", None) if before is None else (before.la_code, before.submission)
    return NewLa(la_code, predecessor, counted_with, number, returned)

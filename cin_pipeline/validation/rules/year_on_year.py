"""The Department's checks of a return against the previous year's: return-level queries, all declared alike.

Thresholds and the sentences that clear them are facts of year-on-year-checks.csv; what is counted stands in
`validation.year_on_year`."""

from cin_pipeline.reference.year_on_year_checks import YearOnYearCheck, year_on_year_checks
from cin_pipeline.validation.hits import Hits, whole_return
from cin_pipeline.validation.inputs import RuleInput
from cin_pipeline.validation.registry import RuleFunction, rule
from cin_pipeline.validation.year_on_year import compared


def _with_what_to_do(said: str, check: YearOnYearCheck) -> str:
    """Counts are no fault in themselves: so the sentence that says they are right goes with them."""
    return (
        f"{said[:1].upper()}{said[1:]}; asked about from {check.percent}% up or down. Check them, and where they are "
        f'right put into the return-level note: "{check.sentence}"'
    )


def _function(check: YearOnYearCheck) -> RuleFunction:
    def changed(sent: RuleInput) -> Hits:
        found = compared(check.rule_id, sent, sent.previous_input)
        return whole_return(found.is_met, _with_what_to_do(found.in_words, check))

    return changed


for _check in year_on_year_checks().values():
    _message = _with_what_to_do(f"{_check.counted} are far more or fewer than in the previous year's return", _check)
    rule(_check.rule_id, message=_message, needs_previous=True)(_function(_check))

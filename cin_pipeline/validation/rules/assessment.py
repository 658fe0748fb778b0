"""Rules on assessments: their dates, the factors found, and the assessments of one referral among themselves."""

import numpy as np

from cin_pipeline.validation.hits import Hits, above, hits, partner, with_faulty_values
from cin_pipeline.validation.inputs import RuleInput, working_days_before
from cin_pipeline.validation.overlaps import Spans, covered_by_another
from cin_pipeline.validation.registry import rule

_WORKING_DAYS_FOR_ASSESSMENT = 45
_NO_FACTORS = frozenset({"21"})
_FACTORS_OF_DISABLED_CHILD = frozenset({"5A", "6A"})  # learning disability, physical disability or illness


@rule(
    "1103",
    message="The assessment starts before its referral; correct AssessmentActualStartDate or CINreferralDate",
)
def assessed_before_referral(sent: RuleInput) -> Hits:
    """The same day passes."""
    referred = sent.referrals.day("referral_date")[sent.assessments.up(sent.referrals)]
    return hits(sent.assessments, sent.assessments.day("assessment_start_date") < referred, above(sent.referrals))


@rule("8608", message="The assessment is authorised before it starts; correct one of its dates")
def authorised_before_start(sent: RuleInput) -> Hits:
    """The same day passes."""
    start, end = (sent.assessments.day(f"assessment_{date}_date") for date in ("start", "authorisation"))
    return hits(sent.assessments, start > end)


@rule(
    "8614",
    message="The assessment has factors but no authorisation date that can be read; "
    "give AssessmentAuthorisationDate, or send factors when it is authorised",
    demands=("assessment_authorisation_date",),
)
def factors_before_authorisation(sent: RuleInput) -> Hits:
    """A factor of any text; an empty group is none."""
    has_factor = sent.assessment_factors.any_in(sent.assessments, sent.assessment_factors.text("factor").given)
    return hits(sent.assessments, has_factor & ~sent.authorised)


@rule("8617", message="The assessment has factor 8A, which is no longer used; give one of 8B to 8F")
def factor_withdrawn(sent: RuleInput) -> Hits:
    """Up to 2021-22. Rule 8897Q finds it as well, as any factor that is no valid code."""
    withdrawn = sent.assessment_factors.text("factor").among({"8A"})
    found = hits(sent.assessments, sent.assessment_factors.any_in(sent.assessments, withdrawn))
    return with_faulty_values(found, sent.assessment_factors, "factor", withdrawn)


@rule(
    "8670Q",
    message="The assessment is not authorised though it started more than 45 working days before the reference date; "
    "give AssessmentAuthorisationDate, or check that it is still under way",
)
def assessment_overdue(sent: RuleInput) -> Hits:
    """The 45th working day before the reference date passes."""
    latest = working_days_before(sent.reference_date, _WORKING_DAYS_FOR_ASSESSMENT)
    return hits(sent.assessments, ~sent.authorised & (sent.assessments.day("assessment_start_date") < latest))


@rule(
    "8696",
    message="AssessmentAuthorisationDate lies outside the collection year; correct it, "
    "or leave out an assessment completed before the year",
)
def authorised_outside_year(sent: RuleInput) -> Hits:
    """Both ends of the period are in it."""
    return hits(sent.assessments, sent.outside_period(sent.assessments.day("assessment_authorisation_date")))


@rule(
    "8736",
    message="An assessment without authorisation date starts outside the collection year; "
    "give the date it was authorised, or correct its start",
)
def unfinished_and_started_outside_year(sent: RuleInput) -> Hits:
    """A missing start is no hit."""
    outside = sent.outside_period(sent.assessments.day("assessment_start_date"))
    return hits(sent.assessments, ~sent.authorised & outside)


@rule(
    "8863Q",
    message="The assessment starts while another one of the same referral is under way; correct the dates, "
    "or send one assessment",
)
def assessments_overlap(sent: RuleInput) -> Hits:
    """Also on the day the other is authorised. Names the other one, the one lasting longest."""
    start = sent.assessments.day("assessment_start_date")
    until = sent.or_reference_date(sent.assessments.day("assessment_authorisation_date"))
    other = covered_by_another(Spans(sent.assessments.up(sent.referrals), start, until), start)
    return hits(sent.assessments, other >= 0, partner(sent.assessments, other))


@rule("8869", message="The assessment has factor 21 (no factors) together with another; remove 21 or the other")
def no_factors_beside_factor(sent: RuleInput) -> Hits:
    """Another value of any text."""
    factor = sent.assessment_factors.text("factor")
    broken = sent.assessment_factors.any_in(sent.assessments, factor.among(_NO_FACTORS))
    return hits(
        sent.assessments, broken & sent.assessment_factors.any_in(sent.assessments, factor.invalid(_NO_FACTORS))
    )


@rule(
    "8896",
    message="The referral has more than one assessment without authorisation date; "
    "give the dates of those that are completed",
)
def several_unfinished(sent: RuleInput) -> Hits:
    """Each of them."""
    return hits(sent.assessments, sent.assessments.several_in(sent.referrals, ~sent.authorised))


@rule(
    "8897Q",
    message="A completed assessment has no factor, or one that is no valid code; "
    "give every factor found by its code, or 21 where there is none",
)
def factors_not_valid(sent: RuleInput) -> Hits:
    """Authorised on or after the first day of the period."""
    factor = sent.assessment_factors.text("factor")
    invalid = factor.invalid(sent.valid("AssessmentFactors"))
    no_factor = ~sent.assessment_factors.any_in(sent.assessments, factor.given)
    broken = sent.authorised_since_start & (no_factor | sent.assessment_factors.any_in(sent.assessments, invalid))
    at_fault = invalid & broken[sent.assessment_factors.up(sent.assessments)]
    return with_faulty_values(hits(sent.assessments, broken), sent.assessment_factors, "factor", at_fault)


@rule("8898", message="The assessment has the same factor more than once; send each factor once")
def factor_repeated(sent: RuleInput) -> Hits:
    """One hit an assessment."""
    factor = sent.assessment_factors.text("factor")
    assessment = sent.assessment_factors.up(sent.assessments)
    keys = np.sort((assessment * (len(factor.different) + 1) + factor.numbers)[factor.given])
    broken = np.zeros(sent.assessments.count, dtype=bool)
    broken[keys[1:][keys[1:] == keys[:-1]] // (len(factor.different) + 1)] = True
    return hits(sent.assessments, broken)


@rule(
    "8899Q",
    message="The child has a disability, but the completed assessment has neither factor 5A nor 6A; "
    "check whether the disability was a factor",
)
def disability_without_factor(sent: RuleInput) -> Hits:
    """Off unless added by a setting: a disability need not be a factor of the assessment."""
    disabled = sent.disabilities.any_in(sent.children, sent.disability_names)[sent.assessments.up(sent.children)]
    has_factor = sent.assessment_factors.any_in(
        sent.assessments, sent.assessment_factors.text("factor").among(_FACTORS_OF_DISABLED_CHILD)
    )
    return hits(sent.assessments, sent.authorised_since_start & disabled & ~has_factor)


@rule("8945Q", message="The assessment has factor 18A, since replaced; give 18B or 18C")
def old_physical_abuse_factor(sent: RuleInput) -> Hits:
    """From 2024-25, in either case."""
    return _with_factor(sent, "18A")


@rule("8950Q", message="The assessment has factor 19A, since replaced; give 19B or 19C")
def old_sexual_abuse_factor(sent: RuleInput) -> Hits:
    """From 2024-25, in either case."""
    return _with_factor(sent, "19A")


def _with_factor(sent: RuleInput, code: str) -> Hits:
    has_factor = sent.assessment_factors.text("factor").where(lambda text: text.upper() == code)
    return hits(sent.assessments, sent.assessment_factors.any_in(sent.assessments, has_factor))

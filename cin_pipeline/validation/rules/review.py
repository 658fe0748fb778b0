"""Rules on the reviews of child protection plans."""

from cin_pipeline.validation.hits import Hits, above, below, hits, partner, with_faulty_values
from cin_pipeline.validation.inputs import RuleInput, day_after, day_before
from cin_pipeline.validation.overlaps import Spans, covering
from cin_pipeline.validation.registry import rule


@rule(
    "4003",
    message="A child protection review falls inside a child in need plan of the same referral; "
    "correct the review's date or those of the child in need plan",
)
def review_during_cin_plan(sent: RuleInput) -> Hits:
    """Strictly between start and end of a plan that has ended; the day the review's own plan ends passes."""
    reviews, cin_plans = sent.reviews, sent.cin_plans
    day = reviews.day("cpp_review_date")
    within = Spans(
        cin_plans.up(sent.referrals),
        day_after(cin_plans.day("cin_plan_start_date")),
        day_before(cin_plans.day("cin_plan_end_date")),
    )
    during = covering(reviews.up(sent.referrals), day, within)
    ends_plan = day == sent.plans.day("cpp_end_date")[reviews.up(sent.plans)]
    return hits(reviews, (during >= 0) & ~ends_plan, above(sent.plans), partner(cin_plans, during))


@rule("8841", message="The review is dated on or before the start of its plan; correct CPPreviewDate or CPPstartDate")
def review_not_after_plan_start(sent: RuleInput) -> Hits:
    """Every date of every plan; the plan named is its own."""
    start = sent.plans.day("cpp_start_date")[sent.reviews.up(sent.plans)]
    return hits(sent.reviews, sent.reviews.day("cpp_review_date") <= start, above(sent.plans))


@rule(
    "8842Q",
    message="A plan's Reviews group holds no review date that can be read; "
    "give each CPPreviewDate as YYYY-MM-DD, or leave the group out",
)
def reviews_without_date(sent: RuleInput) -> Hits:
    """One hit a group. It is the plan's only one, so the plan's record stands for it."""
    plans, reviews = sent.plans, sent.reviews
    broken = plans.has("Reviews") & ~reviews.any_in(plans, reviews.dated("cpp_review_date"))
    return with_faulty_values(
        hits(plans, broken, below(reviews)), reviews, "cpp_review_date", broken[reviews.up(plans)]
    )

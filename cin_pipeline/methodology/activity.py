"""What happened under referrals: records joined to the referral and the child they belong to.

Nothing under a referral that is no further action, or has no usable date, is ever counted [s4; A7, A21, A30].
"""

from pandas import DataFrame

from cin_pipeline.methodology.facts import ReturnFacts, counted_rows


@counted_rows
def counted_referrals(facts: ReturnFacts) -> DataFrame:
    """Dated referrals that are not NFA: the only ones whose activity counts [s4; A7, A21, A30]."""
    episodes = facts.episodes
    return episodes[episodes["referral_date"].notna() & ~episodes["no_further_action"]]


def under_referrals(records: DataFrame, facts: ReturnFacts) -> DataFrame:
    """Records of a table under counted referrals, with the child, the characteristics and the referral date."""
    wanted = ["child", "referral_date", "gender", "ethnicity", "age_band"]
    referrals = counted_referrals(facts)[wanted]
    counted = records[records["referral_number"].isin(referrals.index)].drop(columns="line")
    return counted.join(referrals, on="referral_number")

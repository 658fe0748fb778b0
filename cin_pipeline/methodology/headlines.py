"""The measures that are shown first, in the order in which a return is worked through."""

HEADLINES = (
    "referrals",
    "referrals_no_further_action",
    "referrals_assessed_not_in_need",
    "re_referrals",
    "assessments_completed",
    "cin_episodes_starting",
    "cin_episodes_ending",
    "cin_episodes_at_31_march",
    "section_47_enquiries",
    "icpcs",
    "cpp_starting",
    "cpp_at_31_march",
)

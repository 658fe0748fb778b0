"""Values that cannot be read where no rule looks at them, and values that are unusual but can be read."""

from datetime import date

from cin_pipeline.synthetic.mistakes.catalogue import HARMLESS, VALUE_ERROR, mistake, replaced
from cin_pipeline.synthetic.mistakes.elements import Change, Record
from cin_pipeline.synthetic.mistakes.facts import as_written_by_hand, disabilities, is_open

_SOURCE_SINCE = date(2013, 4, 1)  # of referrals whose source is asked for (rule 8866)


def _padded(text: str) -> str:
    return f"  {text} "


replaced("birth_date_by_hand", VALUE_ERROR, "Child", "PersonBirthDate", as_written_by_hand, "8525Q", "8535Q")
replaced(
    "expected_birth_in_words", VALUE_ERROR, "Child", "ExpectedPersonBirthDate", "summer", "8525Q", "2886Q",
    where=lambda child: not child.text("PersonBirthDate"),
)  # fmt: skip
replaced("upn_too_long", VALUE_ERROR, "Child", "UPN", lambda upn: f"{upn}0")
replaced("upn_reason_unknown", VALUE_ERROR, "Child", "UPNunknown", "UN9", "8770Q")
replaced("upn_reason_in_small_letters", VALUE_ERROR, "Child", "UPNunknown", str.lower)
replaced("death_date_no_real_day", VALUE_ERROR, "Child", "PersonDeathDate", "2017-02-30", "8585Q")


@mistake(VALUE_ERROR, "Child")
def death_date_not_applicable(child: Record) -> Change | None:
    """Of a child that lives."""
    return None if child.text("PersonDeathDate") else child.put("PersonDeathDate", "N/A")


@mistake(VALUE_ERROR, "CINdetails")
def old_source_unknown(referral: Record) -> Change | None:
    """Of a time when it was not collected."""
    day = referral.day("CINreferralDate")
    return referral.put("ReferralSource", "9Z") if day and day < _SOURCE_SINCE else None


@mistake(VALUE_ERROR, "Child", "4220", "8540")
def characteristics_missing(child: Record) -> Change | None:
    """The group as a whole, of a child without disability."""
    if disabilities(child) not in ([], ["NONE"]):
        return None
    return child.remove("ChildCharacteristics")


replaced("space_round_child_id", HARMLESS, "Child", "LAchildID", _padded)
replaced("space_round_ethnicity", HARMLESS, "Child", "Ethnicity", _padded)
replaced("space_round_date", HARMLESS, "CINdetails", "CINreferralDate", _padded)
replaced(
    "flag_in_words", HARMLESS, "CINdetails", "ReferralNFA", lambda text: "true" if text in ("1", "true") else "false"
)
replaced("number_with_zero", HARMLESS, "ChildProtectionPlans", "NumberOfPreviousCPP", lambda text: f"0{text}")


@mistake(HARMLESS, "CINdetails")
def closure_date_empty(referral: Record) -> Change | None:
    """Of an open case."""
    return referral.put("CINclosureDate", "") if is_open(referral) else None


@mistake(HARMLESS, "Child")
def death_date_blank(child: Record) -> Change | None:
    """White space, of a child that lives."""
    return None if child.text("PersonDeathDate") else child.put("PersonDeathDate", "   ")

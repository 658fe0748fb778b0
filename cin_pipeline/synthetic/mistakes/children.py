"""Mistakes in what is sent of a child."""

from datetime import date

from cin_pipeline.synthetic.mistakes.catalogue import left_out, mistake, replaced
from cin_pipeline.synthetic.mistakes.elements import Change, Record
from cin_pipeline.synthetic.mistakes.facts import (
    DAY,
    LONGEST_BEFORE_BIRTH,
    SEX_SINCE,
    disabilities,
    has,
    is_nfa,
    of_child,
    referral_days,
    years_before,
)

_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # of the check letter of a UPN, by their worth (rule 1510)
_LA_ENDS, _MIDDLE, _LAST = 4, 6, 12  # positions in a UPN: after the number of the LA, in the school's, the last one
_LONGEST_ID = 20  # characters of LAchildID (rule 1570)
_ID_KEPT = 15  # of its characters where something is put after them, so that it is not too long as well
_NO_CODE = "3"  # of GenderCurrent or Sex

# What makes a date wrong, and nothing else; all invented. Days after or before the reference date, which leave the
# other rules about the date alone.
_BORN_AFTER, _DIED_AFTER = 10 * DAY, 4 * DAY
_EXPECTED_BEFORE = 40 * DAY  # rule 8530Q asks after 30
_BEYOND_LONGEST = 5 * DAY  # more than the longest time from a referral to the birth
_AT_SCHOOL_YEARS = 6  # of age on the reference date: from then on rule 8770Q asks for a UPN
_LONG_BORN = date(1970, 1, 1)  # older than any child in need, rule 8775Q


def _with_check_letter(rest: str) -> str:
    worth = [_LETTERS.index(c) if c.isalpha() else int(c) for c in rest]
    return _LETTERS[sum(place * w for place, w in enumerate(worth, 2)) % len(_LETTERS)] + rest


def _is_born(child: Record) -> bool:
    return bool(child.text("PersonBirthDate"))


def _has_active_referral(child: Record) -> bool:
    return any(not is_nfa(referral) for referral in child.below("CINdetails"))


def _is_alive(child: Record) -> bool:
    return not child.text("PersonDeathDate")


def _gender(child: Record) -> str:
    return "GenderCurrent" if child.year < SEX_SINCE else "Sex"


replaced("upn_with_wrong_letter", "1510", "Child", "UPN", lambda upn: ("B" if upn[0] == "A" else "A") + upn[1:])
replaced("upn_of_no_authority", "1530", "Child", "UPN", lambda upn: _with_check_letter("999" + upn[_LA_ENDS:]))
replaced("upn_with_letter_in_middle", "1540", "Child", "UPN", lambda upn: f"{upn[:_MIDDLE]}X{upn[_MIDDLE + 1 :]}")
replaced("upn_with_letter_s_last", "1550", "Child", "UPN", lambda upn: f"{upn[:_LAST]}S")
replaced("former_upn_cut", "1560Q", "Child", "FormerUPN", lambda upn: upn[:_LAST])
replaced("former_upn_in_small_letters", "1560Q", "Child", "FormerUPN", str.lower)
replaced("child_id_too_long", "1570", "Child", "LAchildID", lambda text: text.ljust(_LONGEST_ID + 1, "0"))
replaced("child_id_with_stroke", "1580", "Child", "LAchildID", lambda text: f"{text[:_ID_KEPT]}/1")
replaced("ethnicity_in_small_letters", "4220", "Child", "Ethnicity", str.lower)
replaced("ethnicity_unknown", "4220", "Child", "Ethnicity", "WBRX")
replaced("ethnicity_empty", "4220", "Child", "Ethnicity", "")
left_out("ethnicity_missing", "4220", "Child", "Ethnicity")
left_out("child_id_missing", "8500", "Child", "LAchildID")
left_out("birth_date_missing", "8525Q", "Child", "PersonBirthDate", where=_is_alive)


@mistake("4180", "Child")
def gender_unknown_code(child: Record) -> Change | None:
    """A born child, for an unborn one has a rule of its own."""
    return child.put(_gender(child), _NO_CODE) if _is_born(child) else None


@mistake("4180", "Child", "2886Q")
def gender_missing(child: Record) -> Change | None:
    """Many of them are a query on the return as a whole."""
    return child.remove(_gender(child)) if _is_born(child) else None


@mistake("1520", "Child", "2883")
def child_under_two_ids(child: Record) -> Change | None:
    """All of it a second time, under another id."""
    other = f"{child.text('LAchildID')}DUP"
    if not child.text("UPN") or len(other) > _LONGEST_ID:
        return None
    again = child.again()
    again.put("LAchildID", other)
    return Change(again, "UPN", "", again.text("UPN"))


@mistake("8510", "Child", "1520", "2883")
def child_sent_twice(child: Record) -> Change | None:
    """All of it a second time."""
    again = child.again()
    return Change(again, "LAchildID", "", again.text("LAchildID"))


@mistake("8520", "Child")
def born_after_the_year(child: Record) -> Change | None:
    """Ten days after it, though all referrals are of its last 270 days."""
    born = child.last_day + _BORN_AFTER
    fits = _is_born(child) and _is_alive(child) and min(referral_days(child)) >= born - LONGEST_BEFORE_BIRTH
    return child.put("PersonBirthDate", born) if fits else None


@mistake("8530Q", "Child")
def expected_long_ago(child: Record) -> Change | None:
    """Still expected 40 days before the reference date."""
    if _is_born(child) or not child.text("ExpectedPersonBirthDate"):
        return None
    return child.put("ExpectedPersonBirthDate", child.last_day - _EXPECTED_BEFORE)


@mistake("8535Q", "Child", "8555Q", "8915", "8920", "4008", "4009Q")
def died_before_birth(child: Record) -> Change | None:
    """The day before, of a child born in the year."""
    born = child.day("PersonBirthDate")
    if not born or born <= child.first_day or not _is_alive(child):
        return None
    return child.put("PersonDeathDate", born - DAY)


@mistake("8540", "Child")
def disability_missing(child: Record) -> Change | None:
    """NONE, left out."""
    if disabilities(child) != ["NONE"] or not _is_born(child) or not _has_active_referral(child):
        return None
    return child.remove("Disability")


@mistake("8540", "Child")
def disability_unknown(child: Record) -> Change | None:
    """NO for NONE."""
    if disabilities(child) != ["NONE"] or not _is_born(child) or not _has_active_referral(child):
        return None
    changed = child.below("Disability")[0].write("NO")
    return Change(child, changed.field, changed.was, changed.became)


@mistake("8545Q", "Child")
def died_after_the_year(child: Record) -> Change | None:
    """Four days after it."""
    return child.put("PersonDeathDate", child.last_day + _DIED_AFTER) if _is_born(child) and _is_alive(child) else None


@mistake("8590", "Child")
def referrals_missing(child: Record) -> Change | None:
    """Of a child without conference and plan, so that the balance of these in the return stays."""
    for referral in child.below("CINdetails"):
        if has(referral, "Section47", "ChildProtectionPlans") or referral.text("DateOfInitialCPC"):
            return None
    return child.remove("CINdetails")


@mistake("8750", "Child")
def unborn_with_gender(child: Record) -> Change | None:
    """A girl before she is born."""
    if _is_born(child) or not child.text("ExpectedPersonBirthDate"):
        return None
    return child.put(_gender(child), "2" if child.year < SEX_SINCE else "F")


@mistake("8770Q", "Child")
def upn_missing(child: Record) -> Change | None:
    """Of a child of school age, without a reason."""
    born = child.day("PersonBirthDate")
    of_school_age = born is not None and born <= years_before(child.last_day, _AT_SCHOOL_YEARS)
    if not of_school_age or not child.text("UPN") or child.text("UPNunknown") or not _has_active_referral(child):
        return None
    return child.remove("UPN")


@mistake("8772", "Child")
def reason_of_no_further_action(child: Record) -> Change | None:
    """UN7 though a referral went on."""
    return child.put("UPNunknown", "UN7") if _has_active_referral(child) else None


@mistake("8775Q", "Child")
def century_of_birth(child: Record) -> Change | None:
    """Born in 1970."""
    excused = child.text("UPN") or child.text("UPNunknown") in ("UN2", "UN3", "UN4", "UN5", "UN6", "UN7")
    if not _is_born(child) or not excused or not _has_active_referral(child):
        return None
    return child.put("PersonBirthDate", _LONG_BORN)


@mistake("8606", "CINdetails")
def referred_long_before_birth(referral: Record) -> Change | None:
    """The birth date is moved: all referrals of the child but those late in the year are then too early."""
    day, child = referral.day("CINreferralDate"), referral.child
    if not day or not _is_born(child) or not _is_alive(child) or of_child(child, "ChildProtectionPlans"):
        return None
    born = day + LONGEST_BEFORE_BIRTH + _BEYOND_LONGEST
    if born > child.last_day:
        return None
    changed = child.put("PersonBirthDate", born)
    return Change(referral, changed.field, changed.was, changed.became)


@mistake("8790", "Child")
def none_and_a_disability(child: Record) -> Change | None:
    """NONE, and a learning disability."""
    if disabilities(child) != ["NONE"]:
        return None
    return Change(child.add("Disability", "LD"), "Disability", "", "LD")


@mistake("8794", "Child")
def none_twice(child: Record) -> Change | None:
    """NONE once more."""
    if disabilities(child) != ["NONE"]:
        return None
    return Change(child.add("Disability", "NONE"), "Disability", "", "NONE")

"""Rules on a child: identifiers, dates of birth and death, gender, ethnicity, disability."""

import re

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.reference.days import Days, add_months
from cin_pipeline.reference.upn_authorities import upn_authorities
from cin_pipeline.validation.hits import Hits, below, hits, with_faulty_values
from cin_pipeline.validation.inputs import Mask, RuleInput, Texts, years_later
from cin_pipeline.validation.registry import rule

_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # A to Z without I, O and S; its place in this list is a letter's number
_FULL_UPN = re.compile(f"[A-Za-z][0-9]{{11}}[0-9{_UPN_LETTERS}]")
_FORMER_UPN = re.compile(f"[{_UPN_LETTERS}][0-9]{{11}}[0-9{_UPN_LETTERS}]")
_UPN_LENGTH = 13
_EIGHT_DIGITS = re.compile("[0-9]{8}")
_LONGEST_CHILD_ID = 20
_CHILD_ID = re.compile("[A-Za-z0-9]*")

# Reasons for a missing UPN that excuse a child of school age: UN1 says that the child is too young [8770Q].
_EXCUSES_AT_SCHOOL_AGE = frozenset({"UN2", "UN3", "UN4", "UN5", "UN6", "UN7"})
_SCHOOL_AGE = 6
_AGE_OF_LEAVING_CARE = 25


@rule("1510", message="The first letter of the UPN does not fit the rest of it; check the UPN for a typing error")
def upn_check_letter_wrong(sent: RuleInput) -> Hits:
    """Only UPNs of the full form; others are left to 1530, 1540, 1550 and the format check."""
    upn = sent.children.text("upn")
    full = [text for text in upn.different if _FULL_UPN.fullmatch(text)]
    wrong = {text for text, letter in zip(full, _check_letters(full), strict=True) if text[0] != letter}
    return hits(sent.children, upn.among(wrong))


def _check_letters(upns: list[str]) -> list[str]:
    """The first letter each full UPN should have: characters 2 to 13 weighted by their place, modulo 23."""
    characters = np.array(upns, dtype=f"<U{_UPN_LENGTH}").view(np.uint32).reshape(-1, _UPN_LENGTH)
    worth = np.zeros(128, dtype=np.int64)
    worth[ord("0") : ord("9") + 1] = range(10)
    worth[[ord(letter) for letter in _UPN_LETTERS]] = range(len(_UPN_LETTERS))
    remainders: NDArray[np.int64] = worth[characters[:, 1:]] @ np.arange(2, _UPN_LENGTH + 1) % len(_UPN_LETTERS)
    return [_UPN_LETTERS[remainder] for remainder in remainders]


@rule(
    "1530",
    message="Characters 2 to 4 of the UPN are no authority number recognised in UPNs; check the UPN with the school",
    demands=("upn",),
)
def upn_authority_unknown(sent: RuleInput) -> Hits:
    """Any UPN of at least four characters, whatever its other parts."""
    known = upn_authorities(sent.year)
    return hits(sent.children, sent.children.text("upn").where(lambda upn: len(upn) >= 4 and upn[1:4] not in known))


@rule("1540", message="Characters 5 to 12 of the UPN are not eight digits; check the UPN", demands=("upn",))
def upn_middle_not_digits(sent: RuleInput) -> Hits:
    """A UPN too short to have them fails."""
    return hits(sent.children, sent.children.text("upn").where(lambda upn: not _EIGHT_DIGITS.fullmatch(upn[4:12])))


@rule(
    "1550",
    message="Character 13 of the UPN is neither a digit nor a capital letter other than I, O and S; check the UPN",
    demands=("upn",),
)
def upn_last_character_wrong(sent: RuleInput) -> Hits:
    """UPNs of 13 characters or more."""
    allowed = frozenset("0123456789" + _UPN_LETTERS)
    upn = sent.children.text("upn")
    return hits(sent.children, upn.where(lambda upn: len(upn) >= _UPN_LENGTH and upn[_UPN_LENGTH - 1] not in allowed))


@rule(
    "1560Q",
    message="FormerUPN does not have the form of a UPN: a capital letter, eleven digits, then a digit or capital "
    "letter (no I, O or S); check it",
    demands=("former_upn",),
)
def former_upn_malformed(sent: RuleInput) -> Hits:
    """The check letter is not looked at."""
    former = sent.children.text("former_upn")
    return hits(sent.children, former.where(lambda upn: not _FORMER_UPN.fullmatch(upn)))


@rule("1570", message="LAchildID is longer than 20 characters; send an id of at most 20")
def child_id_too_long(sent: RuleInput) -> Hits:
    """From 2024-25."""
    return hits(sent.children, sent.children.text("la_child_id").where(lambda text: len(text) > _LONGEST_CHILD_ID))


@rule("1580", message="LAchildID holds something besides the letters A to Z and digits; send an id of those alone")
def child_id_characters(sent: RuleInput) -> Hits:
    """From 2024-25. Accented letters are not among A to Z."""
    return hits(sent.children, sent.children.text("la_child_id").where(lambda text: not _CHILD_ID.fullmatch(text)))


@rule(
    "4180",
    message="The child's gender is missing or no valid code; give one of the year's codes",
    demands=("gender",),
)
def gender_not_valid(sent: RuleInput) -> Hits:
    """GenderCurrent, or Sex from 2024-25."""
    return hits(sent.children, ~sent.children.text("gender").among(sent.valid(sent.gender_code_set)))


@rule(
    "4220",
    message="The child's ethnicity is missing or no valid code; give one of the four-letter codes in capitals",
    demands=("ethnicity",),
)
def ethnicity_not_valid(sent: RuleInput) -> Hits:
    """Codes compare exactly."""
    return hits(sent.children, ~sent.children.text("ethnicity").among(sent.valid("Ethnicity")))


@rule("8500", message="The child has no LAchildID; give your authority's id of the child", demands=("la_child_id",))
def child_id_missing(sent: RuleInput) -> Hits:
    """Absent, empty or white space."""
    return hits(sent.children, ~sent.children.text("la_child_id").given)


@rule("8520", message="The child is born after the reference date; correct PersonBirthDate, or give the expected date")
def born_after_year(sent: RuleInput) -> Hits:
    """Born on the reference date passes."""
    return hits(sent.children, sent.children.day("birth_date") > sent.reference_date)


@rule(
    "8525Q",
    message="The child has both a birth date and an expected birth date, or neither that can be read; "
    "give PersonBirthDate for a born child, ExpectedPersonBirthDate for an unborn one",
    demands=("birth_date", "expected_birth_date"),
)
def not_one_birth_date(sent: RuleInput) -> Hits:
    """Exactly one of the two must be there."""
    return hits(sent.children, sent.children.dated("birth_date") == sent.children.dated("expected_birth_date"))


@rule(
    "8530Q",
    message="ExpectedPersonBirthDate is more than 30 days before the reference date or more than 9 months after it; "
    "check it, or give the birth date if the child is born",
)
def expected_birth_implausible(sent: RuleInput) -> Hits:
    """Both limits pass."""
    expected = sent.children.day("expected_birth_date")
    earliest = sent.reference_date - np.timedelta64(30, "D")
    latest = add_months(np.array([sent.reference_date]), 9)[0]
    return hits(sent.children, (expected < earliest) | (expected > latest))


@rule(
    "8535Q",
    message="The child has a date of death but no birth date that can be read, or one after it; check both dates",
    demands=("birth_date",),
)
def death_without_birth_before(sent: RuleInput) -> Hits:
    """Died on the day of birth passes."""
    death, birth = sent.children.day("death_date"), sent.children.day("birth_date")
    return hits(sent.children, sent.children.dated("death_date") & (np.isnat(birth) | (birth > death)))


@rule(
    "8540",
    message="A born child with a referral that went on has no disability value, or one that is no valid code; "
    "give every disability by its code, or NONE",
)
def disability_not_valid(sent: RuleInput) -> Hits:
    """One hit a child. Children with only no-further-action referrals, or without a birth date, are exempt."""
    children, disability = sent.children, sent.disabilities.text("disability")
    invalid = disability.invalid(sent.valid("Disability"))
    in_scope = children.dated("birth_date") & sent.referrals.any_in(children, sent.not_nfa)
    has_none = ~sent.disabilities.any_in(children, disability.given)
    broken = in_scope & (has_none | sent.disabilities.any_in(children, invalid))
    found = hits(children, broken, below(sent.referrals, sent.not_nfa), below(sent.disabilities, invalid))
    at_fault = invalid & broken[sent.disabilities.up(children)]
    return with_faulty_values(found, sent.disabilities, "disability", at_fault)


@rule("8545Q", message="The child's date of death lies outside the collection year; check PersonDeathDate")
def death_outside_year(sent: RuleInput) -> Hits:
    """Both ends of the period are in it."""
    return hits(sent.children, sent.outside_period(sent.children.day("death_date")))


@rule("8590", message="The child has no referral; send at least one CINdetails group for every child")
def no_referral(sent: RuleInput) -> Hits:
    """A child record without any CINdetails."""
    return hits(sent.children, ~sent.referrals.any_in(sent.children))


@rule(
    "8750",
    message="The child is unborn (an expected birth date, no birth date) but its gender is not the code of unborn "
    "children; give that code, or the birth date",
)
def unborn_with_gender(sent: RuleInput) -> Hits:
    """GenderCurrent 0, or Sex U from 2024-25; missing is wrong too."""
    children = sent.children
    unborn = children.dated("expected_birth_date") & ~children.dated("birth_date")
    return hits(children, unborn & ~children.text("gender").among({sent.unborn_gender}))


_NO_UPN = (
    "A child of school age with a referral that went on has neither a UPN nor a reason for that which fits the age; "
    "give the UPN, or UPNunknown UN2 to UN6"
)


@rule("8770Q", message=_NO_UPN, variants=("base",))
def no_upn_at_six(sent: RuleInput) -> Hits:
    """Aged six on the reference date, that birthday included."""
    return _no_upn(sent, np.array([sent.reference_date]))


@rule("8770Q", message=_NO_UPN, variants=("2024-25",))
def no_upn_at_school_age(sent: RuleInput) -> Hits:
    """Aged six by 31 August of the year of the reference date."""
    return _no_upn(sent, np.array([f"{sent.year:04}-08-31"], dtype="datetime64[D]"))


def _no_upn(sent: RuleInput, aged_six_on: Days) -> Hits:
    children = sent.children
    old_enough = children.day("birth_date") <= years_later(aged_six_on, -_SCHOOL_AGE)[0]
    in_scope = old_enough & sent.referrals.any_in(children, sent.not_nfa)
    excused = children.text("upn_unknown").where(lambda text: text.upper() in _EXCUSES_AT_SCHOOL_AGE)
    return hits(children, in_scope & ~children.text("upn").given & ~excused)


@rule(
    "8772",
    message="UPNunknown is UN7, meant for children whose referrals all ended in no further action, but a referral "
    "of the child is not marked so; give the UPN or another reason, or correct ReferralNFA",
)
def un7_with_active_referral(sent: RuleInput) -> Hits:
    """A missing or unreadable flag is not true either. One hit a child."""
    un7 = sent.children.text("upn_unknown").among({"UN7"})
    return hits(sent.children, un7 & sent.referrals.any_in(sent.children, ~sent.nfa), below(sent.referrals, ~sent.nfa))


@rule(
    "8775Q",
    message="The person was over 25 at the end of the year and has a referral that is open or was closed after the "
    "25th birthday; check the birth date, and close the case",
)
def case_after_25th_birthday(sent: RuleInput) -> Hits:
    """One hit a child, naming those referrals."""
    children, referrals = sent.children, sent.referrals
    birth = children.day("birth_date")
    over_25 = birth < years_later(np.array([sent.reference_date]), -_AGE_OF_LEAVING_CARE)[0]
    birthday = years_later(birth, _AGE_OF_LEAVING_CARE)[referrals.up(children)]
    late = ~sent.closed | (referrals.day("closure_date") > birthday)
    return hits(children, over_25 & referrals.any_in(children, late), below(referrals, late))


@rule("8790", message="The child has the disability NONE together with another; remove NONE or the other value")
def none_beside_disability(sent: RuleInput) -> Hits:
    """Each value of the child other than NONE."""
    disability = sent.disabilities.text("disability")
    has_none = sent.disabilities.any_in(sent.children, disability.among({"NONE"}))
    return hits(sent.disabilities, sent.disability_names & has_none[sent.disabilities.up(sent.children)])


@rule("8794", message="The child has this disability more than once; send each disability of a child once")
def disability_repeated(sent: RuleInput) -> Hits:
    """Every value that occurs again."""
    disability = sent.disabilities.text("disability")
    return hits(sent.disabilities, _repeated_in(sent.disabilities.up(sent.children), disability))


def _repeated_in(group: NDArray[np.int64], texts: Texts) -> Mask:
    """Which texts occur more than once within their group."""
    keys = group * (len(texts.different) + 1) + texts.numbers
    _, which, times = np.unique(keys, return_inverse=True, return_counts=True)
    repeated: Mask = texts.given & (times > 1)[which]
    return repeated

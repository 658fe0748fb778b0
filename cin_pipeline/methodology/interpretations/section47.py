"""What the interpretations touch among section 47 enquiries and conferences (A30 to A34)."""

from cin_pipeline.methodology import section47
from cin_pipeline.methodology.activity import counted_referrals
from cin_pipeline.methodology.facts import ReturnFacts
from cin_pipeline.methodology.interpretations.declaring import Cases, number_of
from cin_pipeline.methodology.periods import in_year

CASES = Cases()
case = CASES.case


@case("A30", "Further section 47 records of a child with the same start date: one enquiry")
def repeated_enquiries(facts: ReturnFacts) -> int:
    return len(section47.started(facts)) - len(section47.enquiries(facts))


@case("A30", "Section 47 records under referrals that came to no further action: in no figure")
def enquiries_nfa(facts: ReturnFacts) -> int:
    found = facts.tables.section47
    in_the_year = found["s47_start_date"].between(*in_year(facts.year))
    no_further_action = facts.episodes.index[facts.episodes["no_further_action"]]
    return number_of(in_the_year & found["referral_number"].isin(no_further_action))


@case("A31", "Further records of a child with the same conference date, over both modules: one conference")
def repeated_conferences(facts: ReturnFacts) -> int:
    return len(section47.held(facts)) - len(section47.conferences(facts))


@case("A32", "Conferences recorded with the referral only, of children who moved in on a plan: waits from the referral")
def transfer_in(facts: ReturnFacts) -> int:
    return number_of(section47.conferences(facts)["transfer_in"])


@case("A33", "Conferences that follow section 47 enquiries with different starts: waits count from the earliest")
def several_enquiries(facts: ReturnFacts) -> int:
    found = section47.held(facts)
    starts = found[~found["transfer_in"]].drop_duplicates(["child", "date_of_initial_cpc", "clock_start"])
    keys = ["child", "date_of_initial_cpc"]
    return len(starts[starts.duplicated(keys, keep=False)].drop_duplicates(keys))


@case("A34", "Section 47 enquiries with their conference in another year: each counted in the year of its own date")
def conference_in_another_year(facts: ReturnFacts) -> int:
    found = facts.tables.section47
    found = found[found["referral_number"].isin(counted_referrals(facts).index)]
    started = found["s47_start_date"].between(*in_year(facts.year))
    held = found["date_of_initial_cpc"].between(*in_year(facts.year))
    both = found["s47_start_date"].notna() & found["date_of_initial_cpc"].notna()
    return number_of(both & (started != held))

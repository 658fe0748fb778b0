"""A Reviews group without dates is no record, but it was sent: the raw table of plans says so."""

from cin_pipeline.census.cleaning import clean_return
from cin_pipeline.census.reading import read_return

PLANS = b"""<Message><Children><Child><CINdetails>
<ChildProtectionPlans><Reviews/></ChildProtectionPlans>
<ChildProtectionPlans><CPPstartDate>2016-05-01</CPPstartDate></ChildProtectionPlans>
<ChildProtectionPlans><Reviews><CPPreviewDate/></Reviews></ChildProtectionPlans>
</CINdetails></Child></Children></Message>"""


def test_group_is_noted_and_its_absence_is_no_issue():
    raw = read_return(PLANS, 2017).tables
    assert raw.plans["has_Reviews"].tolist() == [True, False, True]
    assert raw.reviews["plan_number"].tolist() == [3]
    cleaned = clean_return(raw, 2017)
    assert "has_Reviews" not in cleaned.tables.plans
    assert "Reviews" not in set(cleaned.issues["item"])

"""The validation rules: what is wrong in a return, record by record.

`check(RuleInput(...))` runs a year's rules over one return. Here belong the rules, what they look at, their results as
tables, and (in `reporting`) those as a page for the sender. What stores results belongs elsewhere.
"""

from cin_pipeline.validation.checking import VALUE, check
from cin_pipeline.validation.inputs import RuleInput
from cin_pipeline.validation.registry import RuleSettings, rule_set
from cin_pipeline.validation.results import RuleResults

__all__ = ["VALUE", "RuleInput", "RuleResults", "RuleSettings", "check", "rule_set"]

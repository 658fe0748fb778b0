"""The rules, each declared once beside its function, and which of them run in a collection year."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module

from cin_pipeline.census.specification import elements
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.reference.validation_rules import RuleFacts, Severity, rule_variants, variant_in
from cin_pipeline.validation.hits import Hits
from cin_pipeline.validation.inputs import RuleInput

RuleFunction = Callable[[RuleInput], Hits]

_MODULES = (
    "return_level", "child", "referral", "assessment", "section47", "plan", "review", "cin_plan", "pre_proceedings",
    "year_on_year",
)  # fmt: skip


@dataclass(frozen=True)
class Declaration:
    """What the code says of a rule (its facts are in validation-rules.csv)."""

    rule_id: str
    message: str  # what is wrong, where, what would be right; never a value
    function: RuleFunction
    demands: tuple[str, ...] = ()  # columns of the hit record: a missing or wrong value there is itself the fault
    variants: tuple[str, ...] = ()  # those this function is for; empty: all
    needs_previous: bool = False  # cannot be answered without the previous year's return


class Registry:
    """Declarations by rule id and variant."""

    def __init__(self) -> None:
        self.declared: dict[str, list[Declaration]] = {}

    def rule(
        self,
        rule_id: str,
        *,
        message: str,
        demands: tuple[str, ...] = (),
        variants: tuple[str, ...] = (),
        needs_previous: bool = False,
    ) -> Callable[[RuleFunction], RuleFunction]:
        """Declares the function below it as a rule, or as some variants of one."""

        def declare(function: RuleFunction) -> RuleFunction:
            others = self.declared.setdefault(rule_id, [])
            if any(not other.variants or not variants or set(other.variants) & set(variants) for other in others):
                raise ValueError(f"rule {rule_id} is declared twice")
            others.append(Declaration(rule_id, message, function, demands, variants, needs_previous))
            return function

        return declare

    def of(self, facts: RuleFacts) -> Declaration:
        """The declaration of a variant. Raises KeyError where there is none."""
        for declaration in self.declared.get(facts.rule_id, ()):
            if not declaration.variants or facts.variant in declaration.variants:
                return declaration
        raise KeyError(f"rule {facts.rule_id}, variant {facts.variant}, has no function")


_REGISTRY = Registry()
rule = _REGISTRY.rule


@dataclass(frozen=True)
class RuleSettings:
    """Departures from a year's rule set: rules to run besides, rules to leave out. Ids with or without the Q.

    An added rule runs in years it does not belong to as well, in the variant nearest in time."""

    added: frozenset[str] = field(default_factory=frozenset)
    removed: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        named = [known_rule_id(rule_id) for rule_id in (*self.added, *self.removed)]
        if len(named) != len(set(named)):
            raise ValueError("a rule is named twice among those added and removed; once was expected")
        object.__setattr__(self, "added", frozenset(map(known_rule_id, self.added)))
        object.__setattr__(self, "removed", frozenset(map(known_rule_id, self.removed)))


@dataclass(frozen=True)
class Rule:
    """A rule as it stands in one collection year."""

    facts: RuleFacts
    declaration: Declaration
    year: int
    not_run: str = ""  # why it does not run; empty where it does

    @property
    def rule_id(self) -> str:
        """Its id as in validation-rules.csv: the same in every year (see `RuleFacts.id_in`)."""
        return self.facts.rule_id

    @property
    def severity(self) -> Severity:
        """Error or query in that year."""
        return self.facts.severity_in(self.year)

    @property
    def message(self) -> str:
        """What is wrong, where, what would be right."""
        return self.declaration.message

    @property
    def fields(self) -> tuple[str, ...]:
        """The data items it looks at, of those collected in the year."""
        collected = elements(self.year)
        return tuple(item for item in self.facts.items if item.rpartition(".")[2] in collected) or self.facts.items


def known_rule_id(rule_id: str) -> str:
    """The id as in validation-rules.csv of a rule named with or without its Q, in capitals or not.

    Raises ValueError if unknown."""
    stem = rule_id.strip().upper().removesuffix("Q")
    in_capitals = {known.upper(): known for known in rule_variants()}
    for known in (stem, f"{stem}Q"):
        if known in in_capitals:
            return in_capitals[known]
    raise ValueError(f"there is no rule {rule_id}; expected an id such as 8600 or 8530Q")


@cache
def registry() -> Registry:
    """Every declaration, once all modules with rules are read."""
    for module in _MODULES:
        import_module(f"cin_pipeline.validation.rules.{module}")
    return _REGISTRY


def rule_set(year: int, settings: RuleSettings | None = None) -> tuple[Rule, ...]:
    """Every rule there is, in the order of the file, each as it stands in the collection year: to be run or not."""
    settings = settings or RuleSettings()
    return tuple(_in_year(rule_id, variants, year, settings) for rule_id, variants in rule_variants().items())


def _in_year(rule_id: str, variants: tuple[RuleFacts, ...], year: int, settings: RuleSettings) -> Rule:
    facts = variant_in(variants, year)
    reason = ""
    if rule_id in settings.removed:
        reason = "left out by a setting"
    elif rule_id not in settings.added and not facts.runs_in(year):
        reason = f"not in force in {CollectionYear(year)}"
    return Rule(facts, registry().of(facts), year, reason)

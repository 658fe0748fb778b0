"""`cin-pipeline rules`: lists the validation rules, and explains one."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cin_pipeline.census.years import COLLECTION_YEARS, CollectionYear
from cin_pipeline.cli.collection_years import YEAR_HELP, known_year, say_if_provisional
from cin_pipeline.cli.terminal import console, wrong_use
from cin_pipeline.settings import Settings

if TYPE_CHECKING:
    from cin_pipeline.validation.registry import Rule, RuleSettings


def rules(
    rule_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="A rule to explain, such as 8530Q.")] = None,
    year: Annotated[int | None, typer.Option(callback=known_year, help=YEAR_HELP)] = None,
) -> None:
    """List the validation rules (with --year, those of that year), or explain one of them.

    Exit code 0: done. 2: wrong use, such as an id that no rule has.
    """
    if rule_id is None:
        _list_all() if year is None else _list_year(year)
        say_if_provisional(*([each.ending for each in COLLECTION_YEARS] if year is None else [year]))
        return
    from cin_pipeline.validation import VALUE
    from cin_pipeline.validation.registry import known_rule_id
    from cin_pipeline.validation.reporting.outcomes import VALUE_MESSAGE
    from cin_pipeline.validation.whole_return import BY_ID

    if rule_id.strip().upper() == VALUE:
        console.print(f"{VALUE}, error, in every year: {VALUE_MESSAGE}.", markup=False, soft_wrap=False)
        return
    if ours := BY_ID.get(rule_id.strip().upper()):
        console.print(
            f"{ours.check_id}, {ours.severity}, in every year: {ours.message}.", markup=False, soft_wrap=False
        )
        return
    try:
        known = known_rule_id(rule_id)
    except ValueError as error:
        wrong_use(str(error))
    for number, line in enumerate(_explanation(known, year)):
        console.print(line, style="bold" if number == 0 else None, markup=False, soft_wrap=False)
    say_if_provisional(*([] if year is None else [year]))


def chosen_rules(settings: Settings) -> "RuleSettings":
    """The validation rules that the environment adds and leaves out. Raises ValueError for an id that no rule has."""
    from cin_pipeline.validation import RuleSettings

    return RuleSettings(settings.rules_added, settings.rules_removed)


def _table(title: str) -> Table:
    return Table("id", "severity", "part", "years", "what it says", title=title, title_justify="left")


def _list_all() -> None:
    from cin_pipeline.reference.validation_rules import rule_variants
    from cin_pipeline.validation.registry import registry
    from cin_pipeline.validation.rules_page import part_title, severity_words, years_words

    table = _table(f"{len(rule_variants())} validation rules")
    for variants in rule_variants().values():
        for facts in variants:
            words = (severity_words(facts), part_title(facts.part), years_words(facts), registry().of(facts).message)
            table.add_row(facts.rule_id, *map(escape, words))
    console.print(table, soft_wrap=False)
    _list_ours()


def _list_ours() -> None:
    from cin_pipeline.validation.whole_return import CHECKS

    table = Table("id", "severity", "what it says", title="Checks of ours on the whole return", title_justify="left")
    for ours in CHECKS:
        table.add_row(ours.check_id, ours.severity, escape(ours.message))
    console.print(table, soft_wrap=False)


def _list_year(year: int) -> None:
    from cin_pipeline.validation import rule_set
    from cin_pipeline.validation.rules_page import part_title, years_words

    try:
        every = rule_set(year, chosen_rules(Settings.from_environment()))
    except ValueError as error:
        wrong_use(str(error))
    in_force = [rule for rule in every if not rule.not_run]
    table = _table(f"{len(in_force)} of {len(every)} validation rules run in {CollectionYear(year)}")
    for rule in in_force:
        facts = rule.facts
        words = (rule.severity, part_title(facts.part), years_words(facts), rule.message)
        table.add_row(rule.rule_id, *map(escape, words))
    console.print(table, soft_wrap=False)
    left_out = [rule.rule_id for rule in every if rule.not_run]
    console.print(f"Not run: {', '.join(left_out) or 'none'}", markup=False, soft_wrap=False)
    _list_ours()


def _explanation(rule_id: str, year: int | None) -> Iterator[str]:
    """A rule in plain lines: each variant of it, or that of a year, and whether it is in force."""
    from cin_pipeline.reference.validation_rules import rule_variants
    from cin_pipeline.validation.registry import registry, rule_set
    from cin_pipeline.validation.rules_page import part_title, severity_words, years_words

    variants = rule_variants()[rule_id]
    in_year = None if year is None else next(rule for rule in rule_set(year) if rule.rule_id == rule_id)
    yield f"Rule {rule_id}"
    for facts in variants if in_year is None else (in_year.facts,):
        yield ""
        yield f"{registry().of(facts).message}."
        yield f"  part of the return:  {part_title(facts.part)}"
        yield f"  severity:            {severity_words(facts)}"
        yield f"  items:               {', '.join(facts.items)}"
        yield f"  first year:          {_year(facts.first_year)}"
        yield f"  last year:           {_year(facts.last_year)}"
        if in_year is None:
            yield f"  run:                 {years_words(facts)}"
    if in_year is not None:
        yield f"  {_standing(in_year)}"


def _year(year: int | None) -> str:
    return CollectionYear(year).short if year else "open"


def _standing(rule: "Rule") -> str:
    """Whether a rule is in force in a year, or why not."""
    from cin_pipeline.reference.validation_rules import SURVEYED_YEAR

    label = str(CollectionYear(rule.year))
    if not rule.not_run:
        return f"In force in {label}, as {rule.facts.id_in(rule.year)}, {rule.severity}."
    if not rule.facts.covers(rule.year):
        return f"Not in force in {label}: it belongs to other years."
    doubt = f"in force: {rule.facts.in_force}, confidence: {rule.facts.confidence}"
    return f"Not run in {label}: taken not to have been in force in {CollectionYear(SURVEYED_YEAR)} ({doubt})."

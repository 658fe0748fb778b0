"""Templates to pages."""

import base64
import hashlib
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

_BASE_STYLE = "base.css"


@cache
def environment(package: str) -> Environment:
    """Templates of a package, in its folder `templates`, besides those that every page shares."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("cin_pipeline.pages")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["number"] = "{:,}".format
    made.filters["counted"] = counted
    made.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    return made


def render(templates: Environment, template: str, *, style: str, script: str = "", **facts: Any) -> str:
    """The page of a template that extends `base.html`, with the shared style and the page's own.

    `style`, `script`: names of templates. Only these two may run, by their hashes: nothing else in the page can."""
    styles = "".join(_source(templates, name) for name in (_BASE_STYLE, style))
    own_script = _source(templates, script) if script else ""
    return templates.get_template(template).render(
        page_style=Markup(styles),  # noqa: S704 - our own file
        page_script=Markup(own_script),  # noqa: S704 - our own file
        style_hash=_hash(styles),
        script_hash=_hash(own_script) if script else "",
        **facts,
    )


def _source(templates: Environment, name: str) -> str:
    return templates.get_template(name).render()


def counted(number: int, one: str, several: str = "") -> str:
    """A number of things in words: `1 hit`, `1,200 hits`."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def _hash(text: str) -> str:
    """As a content security policy names a script or style that is allowed."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"

"""What happens, as lines of JSON on standard error for whoever collects them: setting CIN_LOG.

A line says what happened, to which submission, of which year and LA, in which run. It has the fields of `happened` and
no other, each of a form that no name of a file, no value and no identifier of a child has: what a sender wrote cannot
get there.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import TextIO

JSON, TEXT = "json", "text"

# What a field may be; one that is something else is left out rather than written.
_FORMS = {
    "submission": re.compile(r"\d{1,18}"),
    "year": re.compile(r"\d{4}"),
    "la_code": re.compile(r"[0-9]{3}"),
    "run": re.compile(r"[A-Za-z0-9-]{1,64}"),
    "job": re.compile(r"[a-z_]{1,40}"),
    "seconds": re.compile(r"\d{1,9}(\.\d+)?"),
    "why": re.compile(r"[A-Za-z_, ]{1,80}"),  # words of ours, or the name of a class: no digits
}

# Its own, and it hands nothing on: whatever Dagster or a user's settings make of other loggers says it no second time.
_log = logging.getLogger("cin_pipeline.happened")
_log.propagate = False
_log.addHandler(logging.NullHandler())


def happened(
    event: str,
    *,
    level: int = logging.INFO,
    submission: int | None = None,
    year: int | None = None,
    la_code: str = "",
    run: str = "",
    job: str = "",
    seconds: float | None = None,
    why: str = "",
) -> None:
    """Says that something happened. why: the kind of reason, never a reason that quotes what was sent."""
    fields = {
        "submission": submission,
        "year": year,
        "la_code": la_code,
        "run": run,
        "job": job,
        "seconds": None if seconds is None else round(max(seconds, 0.0), 3),
        "why": why,
    }
    _log.log(level, event, extra={"fields": {name: value for name, value in fields.items() if value not in (None, "")}})


def begin_logging(form: str) -> None:
    """Writes what happens from now on as the setting says; asked again it changes nothing that is so already."""
    writing = [handler for handler in _log.handlers if isinstance(handler, _ToStandardError)]
    if form == JSON and not writing:
        handler = _ToStandardError()
        handler.setFormatter(_Line())
        _log.addHandler(handler)
        _log.setLevel(logging.INFO)
    elif form != JSON:
        for handler in writing:
            _log.removeHandler(handler)
        _log.setLevel(logging.CRITICAL)


def is_wanted() -> bool:
    """Whether anything is written, for what costs a look to find out."""
    return _log.isEnabledFor(logging.INFO)


class _ToStandardError(logging.StreamHandler[TextIO]):
    """To what standard error is at the time, which Dagster changes while a step runs.

    Past what a worker of Celery puts in its place, which would write a time and a level before each line."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        past = type(sys.stderr).__module__ == "celery.utils.log" and sys.__stderr__
        return past or sys.stderr


class _Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.msg,
        }
        fields: dict[str, object] = getattr(record, "fields", {})
        return json.dumps(line | {name: each for name, each in fields.items() if _FORMS[name].fullmatch(str(each))})

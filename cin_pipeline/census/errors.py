"""Why a file cannot be taken as a return."""

from dataclasses import dataclass


@dataclass
class ReturnRejected(Exception):
    """A file that is no readable return: one plain sentence, with the line and the path in the XML where known.

    Never holds a value from the file but what its header says about whose return it is: it goes to logs and screens."""

    reason: str
    line: int | None = None
    path: str | None = None

    def __str__(self) -> str:
        where = ", ".join(
            part for part in (f"line {self.line}" if self.line else "", f"at {self.path}" if self.path else "") if part
        )
        return f"{where}: {self.reason}" if where else self.reason

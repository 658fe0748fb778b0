"""What every way of telling who is alive does."""

from contextlib import AbstractContextManager
from enum import Enum, auto
from typing import Protocol

from sqlalchemy import Connection


class Life(Enum):
    """What is known of the run or command of a name."""

    ALIVE = auto()
    DEAD = auto()  # it ended without saying so
    UNKNOWN = auto()  # it has not begun, or ended as it should


class LeaseLost(RuntimeError):
    """What was held here ran out, or another process has taken it: nothing that is done in its name counts any more."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"{' and '.join(names)} is no more held by this process, which was cut off for too long: what it did since "
            "does not count"
        )
        self._names = names

    def __reduce__(self) -> tuple[type["LeaseLost"], tuple[list[str]]]:
        """Else a worker process could not say to its parent what was lost."""
        return type(self), (self._names,)


class Liveness(Protocol):
    """Who is alive, and who works on what, among all processes that work on one deployment."""

    def alive(self, name: str) -> AbstractContextManager[None]:
        """Shows that a run or command is alive for as long as its process is, at most to the end of the block."""

    def look(self, name: str) -> Life:
        """Whether the run or command of that name is alive."""

    def forget(self, name: str) -> None:
        """Removes what an orphaned run left behind."""

    def one_at_a_time(self, name: str) -> AbstractContextManager[None]:
        """Waits until nobody else is in a block of that name."""

    def fence(self, name: str) -> int:
        """What proves that a name is held here, to be handed to those who work for it; 0 where no hold can be lost."""

    def join(self, name: str, fence: int) -> None:
        """Works for a name that another process or store holds: what is written here counts for as long as it does."""

    def check(self, connection: Connection) -> None:
        """To be called in a transaction before it writes: what is held here stays so until that ends.

        Raises LeaseLost where it is not any more."""

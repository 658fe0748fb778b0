"""What every way of telling who is alive does."""

from contextlib import AbstractContextManager
from enum import Enum, auto
from typing import Protocol


class Life(Enum):
    """What is known of the run or command of a name."""

    ALIVE = auto()
    DEAD = auto()  # it ended without saying so
    UNKNOWN = auto()  # it has not begun, or ended as it should


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

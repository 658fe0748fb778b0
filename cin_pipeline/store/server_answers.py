"""What a database server says where it takes no connection, or ends one; loads nothing, for commands that need none."""

import re
from enum import Enum, auto


class Answer(Enum):
    """What it means for who asks again that a server took no connection, or ended one."""

    COMING = auto()  # it says itself that it will
    AWAY = auto()  # it may be starting, or be misspelt
    REFUSED = auto()  # waiting mends nothing


# What PostgreSQL says; psycopg2 gives errors of connecting no code. The first that is found is told.
_SAID = (
    (r"the database system is", Answer.COMING, "it is starting or ending"),
    (r"too many (clients|connections)|remaining connection slots", Answer.COMING, "it has no connection left"),
    (r"could not translate host name", Answer.AWAY, "no host of that name is known"),
    (r"connection refused|no such file or directory|no route to host|network is unreachable", Answer.AWAY,
     "nothing answers there"),
    (r"timeout expired|timed out", Answer.AWAY, "it did not answer in time"),
    (r"closed the connection|terminating connection|connection (already |has been )?closed|connection reset|"
     r"could not (send|receive) data|could not connect|ssl syscall error", Answer.AWAY, "it ended the connection"),
    (r'database ".*" does not exist', Answer.AWAY, "it has no database of that name; make it with createdb"),
    (r"authentication failed|no password supplied", Answer.REFUSED, "it refuses that user and password"),
    (r'role ".*" does not exist', Answer.REFUSED, "it knows no such user"),
    (r"pg_hba\.conf", Answer.REFUSED, "its pg_hba.conf lets nobody in from here"),
    (r"permission denied", Answer.REFUSED, "that user may not use it"),
    (r"ssl|certificate", Answer.REFUSED, "it and this machine do not agree on SSL"),
    (r"invalid|missing \"=\"", Answer.REFUSED, "an option of its address is wrong"),
)  # fmt: skip


def answer_in(said: str) -> tuple[Answer, str] | None:
    """What a driver's text about connecting means, and in words of ours; None where that is not known."""
    return next(((answer, why) for text, answer, why in _SAID if re.search(text, said, re.IGNORECASE)), None)

"""What is told to whom, once each: decided without any server."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cin_pipeline.notices.notice import Message, Notice, NoticeKind, message_of
from cin_pipeline.notices.notifiers import NotDelivered
from cin_pipeline.notices.outbox import MOST_WAITING, Outbox, Waiting, deliver

NOW = datetime(2017, 8, 1, 9, tzinfo=UTC)
NOTICES = st.builds(
    Notice,
    st.sampled_from(NoticeKind),
    st.none() | st.integers(2014, 2027),
    st.sampled_from(["", "201", "390"]),
    st.none() | st.integers(1, 10**9),
    st.sampled_from(["", "it cannot be read"]),
)


def notice(number: int) -> Notice:
    return Notice(NoticeKind.REJECTED, 2017, "201", number, "it cannot be read")


class Targets:
    """What each was told; `away`: those that cannot be reached."""

    def __init__(self) -> None:
        self.told: dict[str, list[int | None]] = {}
        self.messages: list[Message] = []
        self.away: set[str] = set()

    def send(self, name: str, message: Message) -> None:
        if name in self.away:
            raise NotDelivered("the webhook answers 500")
        self.messages.append(message)
        self.told.setdefault(name, []).extend(each.submission for each in message.notices)


@given(
    st.builds(
        Outbox,
        st.integers(0, 10**9),
        st.integers(0, 10**9),
        st.frozensets(st.uuids().map(str), max_size=3),
        st.dictionaries(st.integers(2014, 2027), st.lists(st.sampled_from(["201", "390"])).map(tuple), max_size=2),
        st.dictionaries(
            st.sampled_from(["log", "mail:a@b"]),
            st.builds(
                Waiting,
                st.lists(NOTICES, max_size=3).map(tuple),
                st.integers(0, 9),
                st.integers(0, 9),
                st.none() | st.just(NOW),
            ),
        ),
    )
)
def test_an_outbox_is_kept_as_it_is(outbox: Outbox) -> None:
    assert Outbox.from_text(outbox.as_text()) == outbox


def test_each_is_told_once_to_each() -> None:
    targets, outbox = Targets(), Outbox()
    for new in ([notice(1), notice(2)], [], [notice(3)], []):
        outbox, _ = deliver(outbox, ["log", "mail"], new, targets.send, NOW)
    assert targets.told == {"log": [1, 2, 3], "mail": [1, 2, 3]}
    assert len(targets.messages) == 4  # one message a look and target, not one a notice


def test_who_is_away_keeps_nobody_from_being_told_and_is_told_later_with_longer_and_longer_waits() -> None:
    targets, outbox, now, tries = Targets(), Outbox(), NOW, []
    targets.away = {"hook"}
    outbox, said = deliver(outbox, ["hook", "log"], [notice(1)], targets.send, now)
    assert said == ["hook: not told, the webhook answers 500", "log: 1 told"]
    for _ in range(200):
        now += timedelta(minutes=1)
        before = outbox.targets["hook"].tries
        outbox, said = deliver(outbox, ["hook", "log"], [], targets.send, now)
        if outbox.targets["hook"].tries > before:
            tries.append(int((now - NOW).total_seconds()) // 60)
        else:
            assert said[0].startswith("hook: 1 wait, tried again from 2017-08-01 ")
    assert tries == [1, 3, 7, 15, 31, 63, 123, 183]
    targets.away = set()
    outbox, _ = deliver(outbox, ["hook", "log"], [notice(2)], targets.send, now + timedelta(hours=1))
    assert targets.told == {"log": [1, 2], "hook": [1, 2]}
    assert outbox.targets["hook"] == Waiting()


def test_a_clock_that_was_put_back_holds_nothing_up() -> None:
    targets = Targets()
    targets.away = {"hook"}
    outbox, _ = deliver(Outbox(), ["hook"], [notice(1)], targets.send, NOW)
    targets.away = set()
    deliver(outbox, ["hook"], [], targets.send, NOW - timedelta(days=1))
    assert targets.told == {"hook": [1]}


def test_where_too_much_waits_the_oldest_goes_and_that_is_told() -> None:
    targets = Targets()
    targets.away = {"hook"}
    outbox, _ = deliver(Outbox(), ["hook"], map(notice, range(MOST_WAITING + 3)), targets.send, NOW)
    targets.away = set()
    deliver(outbox, ["hook"], [], targets.send, NOW + timedelta(hours=2))
    assert targets.told["hook"] == [*range(3, MOST_WAITING + 3)]
    assert targets.messages[0].text.splitlines()[-2:] == [
        "and 400 more: cin-pipeline status --year YEAR",
        "3 earlier ones could not be told",
    ]


def test_those_left_when_time_is_up_are_told_next() -> None:
    targets, looks = Targets(), iter([False, True])
    outbox, said = deliver(Outbox(), ["a", "b"], [notice(1)], targets.send, NOW, lambda: next(looks))
    assert said == ["a: 1 told", "b: 1 wait, next"]
    deliver(outbox, ["a", "b"], [], targets.send, NOW)
    assert targets.told == {"a": [1], "b": [1]}


def test_a_target_that_is_no_more_in_the_settings_is_forgotten() -> None:
    targets = Targets()
    targets.away = {"hook"}
    outbox, _ = deliver(Outbox(), ["hook"], [notice(1)], targets.send, NOW)
    outbox, _ = deliver(outbox, [], [], targets.send, NOW)
    assert outbox.targets == {}


def test_a_message_says_each_notice_once() -> None:
    assert message_of([notice(1), notice(2), notice(1)]).notices == (notice(1), notice(2))

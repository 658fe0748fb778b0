"""Messages told to real servers of this process, and what becomes of those that refuse them."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cin_pipeline.notices.notice import Notice, NoticeKind, message_of
from cin_pipeline.notices.notifiers import LogNotifier, MailNotifier, NotDelivered, WebhookNotifier
from cin_pipeline.notices.targets import notifier_of, shown_name
from cin_pipeline.settings import Settings
from cin_pipeline_tests.support.sinks import HookSink, MailSink, serving

MESSAGE = message_of(
    [
        Notice(NoticeKind.REJECTED, 2017, "201", 7, "it cannot be read"),
        Notice(NoticeKind.OVERDUE, 2017, "390"),
        Notice(NoticeKind.FILE_REFUSED, submission=8),
    ]
)
SENTENCES = [
    "201 City of London, 2016 to 2017, submission 7: rejected (it cannot be read)",
    "390 Gateshead, 2016 to 2017: overdue",
    "file 8, of which nobody can tell whose return it is: file refused",
]
SUBJECT = "Children in need census: 1 rejected, 1 file refused, 1 overdue"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def mail() -> Iterator[MailSink]:
    with serving(sink := MailSink()):
        yield sink


@pytest.fixture
def hook() -> Iterator[HookSink]:
    with serving(sink := HookSink()):
        yield sink


def test_a_mail_says_what_there_is(mail: MailSink) -> None:
    MailNotifier("ann@example.org", mail.url, "cin@example.org").send(MESSAGE)
    (sent,) = mail.mails
    assert (sent["To"], sent["From"], sent["Subject"]) == ("ann@example.org", "cin@example.org", SUBJECT)
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent.get_payload(decode=True).decode().splitlines() == SENTENCES


def test_a_mail_that_is_refused_is_not_delivered_and_the_servers_words_are_not_told(mail: MailSink) -> None:
    mail.refuses = True
    with pytest.raises(NotDelivered, match=r"^the mail server answers 451$"):
        MailNotifier("ann@example.org", mail.url, "cin@example.org").send(MESSAGE)
    assert mail.mails == []


def test_a_password_is_sent_to_another_machine_only_encrypted(mail: MailSink, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sink encrypts nothing. On this machine it may have the password; as another it is not sent it."""
    with_password = mail.url.replace("//", "//cin:hunter2@")
    MailNotifier("ann@example.org", with_password, "cin@example.org").send(MESSAGE)
    assert len(mail.logins) == len(mail.mails) == 1
    monkeypatch.setattr("cin_pipeline.notices.notifiers._is_here", lambda host: host != "127.0.0.1")
    with pytest.raises(NotDelivered, match="encrypts nothing"):
        MailNotifier("ann@example.org", with_password, "cin@example.org").send(MESSAGE)
    assert len(mail.logins) == len(mail.mails) == 1


def test_a_webhook_is_posted_sentences_and_fields(hook: HookSink) -> None:
    WebhookNotifier(hook.url).send(MESSAGE)
    (posted,) = hook.posted
    assert posted["text"].splitlines() == [SUBJECT, *SENTENCES]
    assert posted["notices"][0] == {
        "kind": "rejected",
        "year": 2017,
        "la_code": "201",
        "la_name": "City of London",
        "submission": 7,
        "why": "it cannot be read",
        "sentence": SENTENCES[0],
    }


@pytest.mark.parametrize("answer", [302, 404, 500])
def test_a_webhook_that_does_not_take_it_is_told_by_its_answer_alone(hook: HookSink, answer: int) -> None:
    hook.answer = answer
    with pytest.raises(NotDelivered, match=f"^the webhook answers {answer}$"):
        WebhookNotifier(hook.url).send(MESSAGE)


def test_servers_that_are_not_there_are_told_without_their_address() -> None:
    closed = HookSink()
    closed.server_close()
    for notifier in (
        WebhookNotifier(closed.url),
        MailNotifier("ann@example.org", closed.url.replace("http://", "smtp://cin:hunter2@"), "cin@example.org"),
    ):
        with pytest.raises(NotDelivered) as told:
            notifier.send(MESSAGE)
        assert "hunter2" not in str(told.value)
        assert "127.0.0.1" not in str(told.value)


def test_the_log_has_a_line_for_each(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        LogNotifier().send(MESSAGE)
    assert caplog.messages == SENTENCES


def test_a_target_says_who_is_told(settings: Settings) -> None:
    kinds = {
        "log": LogNotifier,
        "mail:ann@example.org": MailNotifier,
        "https://example.org/hook?key=hunter2": WebhookNotifier,
    }
    for target, kind in kinds.items():
        assert type(notifier_of(target, settings)) is kind
        assert "hunter2" not in shown_name(target)
    with pytest.raises(NotDelivered, match="no plug-in called chat"):
        notifier_of("chat:room", settings)


def test_a_plug_in_is_found_by_its_name(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An installed distribution with an entry point, as pip leaves one."""
    (tmp_path / "chatting.py").write_text(
        "class Chat:\n"
        "    def __init__(self, room, settings):\n"
        "        self.room, self.years = room, settings.years\n"
        "    def send(self, message):\n"
        "        print(self.room, sorted(self.years), message.subject)\n"
    )
    made = tmp_path / "chatting-1.dist-info"
    made.mkdir()
    (made / "METADATA").write_text("Metadata-Version: 2.1\nName: chatting\nVersion: 1\n")
    (made / "entry_points.txt").write_text("[cin_pipeline.notices]\nchat = chatting:Chat\n")
    monkeypatch.syspath_prepend(tmp_path)
    notifier_of("chat:room 7", replace(settings, years=frozenset({2017}))).send(MESSAGE)
    assert capsys.readouterr().out == f"room 7 [2017] {SUBJECT}\n"


@pytest.mark.parametrize("wrong", ["mail:", "mail:ann", "https:example.org", "logs", "LOG", "chat:", "mail:a@b c"])
def test_a_wrong_target_is_refused_and_not_shown(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"CIN_NOTICES names something else, not shown .*mail:ann@example.org") as told:
        Settings.from_environment({"CIN_NOTICES": wrong})
    assert wrong not in str(told.value).partition(";")[0]


@pytest.mark.parametrize("wrong", ["2017", "2017:31 July", "1999:2017-07-31", "2017:2017-7-31", "2017:20170731"])
def test_a_wrong_date_is_named(wrong: str) -> None:
    with pytest.raises(ValueError, match=f"CIN_DUE names '{wrong}'; years, each with the last day"):
        Settings.from_environment({"CIN_DUE": wrong})

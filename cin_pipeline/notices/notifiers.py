"""The ways to tell a message that come with the package: the log, e-mail, a webhook."""

import json
import logging
import smtplib
import ssl
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from http.client import HTTPException
from ipaddress import ip_address
from typing import Protocol
from urllib.error import HTTPError
from urllib.parse import SplitResult, unquote, urlsplit

from cin_pipeline.notices.notice import Message

SECONDS = 5.0  # for each answer of the other side

_log = logging.getLogger(__name__)


class NotDelivered(Exception):
    """A message that could not be told; why, in words that hold no address and no password. It is tried again."""


class Notifier(Protocol):
    """A way to tell a message to one target."""

    def send(self, message: Message) -> None:
        """Tells it, within some seconds. Raises NotDelivered."""


class LogNotifier:
    """Writes a line for each notice to the log of the process, which is its standard error unless configured."""

    def send(self, message: Message) -> None:
        """See Notifier.send."""
        for line in message.text.splitlines():
            _log.warning("%s", line)


class MailNotifier:
    """Sends an e-mail to one address through a mail server, encrypted where the server can."""

    def __init__(self, address: str, server: str, sender: str) -> None:
        self._address, self._server, self._sender = address, urlsplit(server), sender

    def send(self, message: Message) -> None:
        """See Notifier.send. A password is sent to another machine only encrypted."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._sender, self._address, message.subject
        mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain=self._sender.rpartition("@")[2])
        mail["Auto-Submitted"] = "auto-generated"  # so that no absence note answers
        mail.set_content(message.text)
        try:
            with _connected(self._server) as connection:
                connection.send_message(mail)
        except smtplib.SMTPResponseException as error:  # without the server's text
            raise NotDelivered(f"the mail server answers {error.smtp_code}") from None
        except (OSError, smtplib.SMTPException) as error:
            raise NotDelivered(f"the mail server cannot be used ({type(error).__name__})") from None


@contextmanager
def _connected(server: SplitResult) -> Iterator[smtplib.SMTP]:
    host, context = server.hostname or "localhost", ssl.create_default_context()
    encrypted = server.scheme == "smtps"
    if encrypted:
        opened: smtplib.SMTP = smtplib.SMTP_SSL(host, server.port or 465, timeout=SECONDS, context=context)
    else:
        opened = smtplib.SMTP(host, server.port or 25, timeout=SECONDS)
    with opened as connection:
        connection.ehlo()
        if not encrypted and connection.has_extn("starttls"):
            connection.starttls(context=context)
            encrypted = True
        if server.username:
            if not encrypted and not _is_here(host):
                raise NotDelivered("the mail server encrypts nothing, so it is not sent the password")
            connection.login(unquote(server.username), unquote(server.password or ""))
        yield connection


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class WebhookNotifier:
    """Posts a message as JSON: `text` with all of it, which chat programs show, and `notices` with their fields."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, message: Message) -> None:
        """See Notifier.send. Another answer than 2xx, also one that leads elsewhere, is none."""
        notices = [{**each.as_json(), "la_name": each.la_name, "sentence": each.sentence} for each in message.notices]
        body = json.dumps({"text": f"{message.subject}\n{message.text}", "notices": notices})
        request = urllib.request.Request(  # noqa: S310 - the setting takes no other scheme than http and https
            self._url, body.encode(), {"Content-Type": "application/json"}, method="POST"
        )
        try:
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS):
                return
        except HTTPError as error:
            raise NotDelivered(f"the webhook answers {error.code}") from None
        except (OSError, HTTPException, ValueError) as error:
            raise NotDelivered(f"the webhook cannot be reached ({type(error).__name__})") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Else a POST would be turned into a GET, to wherever."""

"""From the setting to ways of telling: `log`, `mail:ADDRESS`, `https://...`, or `NAME:...` of a plug-in.

A plug-in is an entry point of the group `cin_pipeline.notices`. Its name is what stands before the colon, and it is
called with what stands behind it and the settings, and gives a `Notifier`.
"""

from hashlib import sha256
from importlib.metadata import entry_points
from urllib.parse import urlsplit

from cin_pipeline.notices.notifiers import LogNotifier, MailNotifier, NotDelivered, Notifier, WebhookNotifier
from cin_pipeline.settings import Settings

GROUP = "cin_pipeline.notices"


def notifier_of(target: str, settings: Settings) -> Notifier:
    """How a target is told. Raises NotDelivered where no plug-in has its name."""
    kind, _, rest = target.partition(":")
    if target == "log":
        return LogNotifier()
    if kind == "mail":
        return MailNotifier(rest, settings.smtp_url, settings.mail_from)
    if kind in ("http", "https"):
        return WebhookNotifier(target)
    for each in entry_points(group=GROUP, name=kind):
        found: Notifier = each.load()(rest, settings)
        return found
    raise NotDelivered(f"no plug-in called {kind} is installed")


def shown_name(target: str) -> str:
    """What a target is called where everybody reads it: an address that is posted to may hold a key."""
    kind, _, rest = target.partition(":")
    if target == "log" or kind == "mail":
        return target
    key = sha256(target.encode()).hexdigest()[:8]
    return f"{kind}:{urlsplit(target).hostname or ''} {key}" if rest.startswith("//") else f"{kind} {key}"

"""Celery's broker, tried once. Not the launcher's own way to it, which tries for as long as it takes."""

from urllib.parse import urlsplit

from kombu.connection import Connection
from kombu.exceptions import KombuError


def try_broker(address: str, seconds: int) -> tuple[str, str]:
    """Where a broker is, without user and password, and the kind of error where it takes no connection; else nothing.

    Addresses are redis://, pyamqp:// and whatever else Celery takes."""
    where = _shown(address)
    try:
        connection = Connection(address, connect_timeout=seconds, transport_options={"socket_timeout": seconds})
        errors = (*connection.connection_errors, *connection.channel_errors, KombuError, OSError)
    except (ValueError, LookupError, ImportError) as error:
        return where, type(error).__name__
    try:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=seconds)
        with connection.channel():  # some connect only now
            return where, ""
    except errors as error:
        return where, type(error.__cause__ or error).__name__
    finally:
        connection.release()


def _shown(address: str) -> str:
    parts = urlsplit(address)
    try:
        host = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    except ValueError:  # no number where a port should be: what is there could be of a password
        host = ""
    return f"{parts.scheme}://{'...' if '@' in host + parts.path else host}"

"""Where things are kept and arrive: the objects (a directory or a bucket) and the inbox."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from cin_pipeline.doctor.looking import Case, Finding, look_at, sound, wrong
from cin_pipeline.settings import Settings
from cin_pipeline.store.deliveries import InboxUnusable
from cin_pipeline.store.objects import Objects
from cin_pipeline.store.objects.errors import ObjectMissing, ObjectsUnavailable
from cin_pipeline.store.places import deliveries_in
from cin_pipeline.store.store import Store
from cin_pipeline.store.versions import StateRefused

_FOLDER = "doctor"  # of the objects that are tried, which go again


def objects(case: Case) -> Iterator[Finding]:
    """Whether objects can be put, found and got, and a name once taken stays so: tried with one of its own."""
    try:
        kept = Store(case.settings).objects
    except StateRefused as refused:
        yield wrong(str(refused), "mend what names the bucket, or install cin_pipeline[server]")
        return
    place = case.settings.kept_in
    if isinstance(place, Path) and not place.is_dir():
        yield sound(f"none yet; they would be in {place}")
    elif isinstance(place, Path) and not os.access(place, os.W_OK):
        yield look_at(f"objects cannot be tried, for {place} cannot be written", "see permissions")
    else:
        yield from try_objects(kept)


def try_objects(kept: Objects) -> Iterator[Finding]:
    """Puts an object twice, looks for it, gets it, and deletes it."""
    key = f"{_FOLDER}/{uuid4().hex}"
    try:
        first, second = kept.put_new(key, b"first"), kept.put_new(key, b"second")
        got = kept.get(key)
        listed = key in {each.key for each in kept.list(_FOLDER)}
        kept.delete(key)
    except ObjectMissing:
        yield wrong(f"{kept.place}: what was put is not there", "see that the bucket exists, and mend its name")
        return
    except ObjectsUnavailable as error:
        yield wrong(
            f"{kept.place} cannot be used: {error.strerror or error}", "mend its name, keys or AWS_ENDPOINT_URL"
        )
        return
    if not first or second or got != b"first":
        yield wrong(
            f"{kept.place} does not honour conditional puts: a name once taken was given again",
            "use a store that honours If-None-Match, for without it one run overwrites another's",
        )
    elif not listed:
        yield wrong(f"{kept.place} does not list what was put", "let the keys list the bucket, or use another store")
    else:
        yield sound(f"{kept.place}: put, refused a second time, listed, got and deleted")


def inbox(case: Case) -> Iterator[Finding]:
    """Whether the inbox is there and can be read."""
    if case.settings.inbox is None:
        yield sound("none is watched")
    elif fault := inbox_fault(case.settings):
        yield wrong(fault, "make it, let the user that runs this read it, or mend CIN_INBOX")
    else:
        yield sound(f"{case.settings.inbox} can be read")


def inbox_fault(settings: Settings) -> str:
    """Why nothing can arrive in the inbox; empty where it can, or where none is watched."""
    if settings.inbox is None:
        return ""
    if isinstance(settings.inbox, Path) and not settings.inbox.is_dir():
        return f"CIN_INBOX is {settings.inbox}, where there is no directory"
    try:
        deliveries_in(settings.inbox).look()
    except (InboxUnusable, StateRefused) as unusable:
        return str(unusable)
    return ""

"""Objects in a bucket of any store that speaks S3 and knows conditional puts."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import ObjectStore, S3Store

from cin_pipeline.settings.places import Bucket
from cin_pipeline.store.objects.errors import ObjectMissing, ObjectsUnavailable, WrongAddress
from cin_pipeline.store.objects.keys import checked
from cin_pipeline.store.objects.protocol import Found

# Without an answer. What is asked must fit into a tick of a sensor, which Dagster ends after 60. What is sent has its
# answer only then, and may be the largest return over a slow line.
ASKING_SECONDS, SENDING_SECONDS = 15.0, 60.0
_CONNECT_SECONDS = 5.0
_RETRY_SECONDS = 30.0  # in which lost connections, and what only reads, are tried again

# Any of these names the address; the first counts.
_ADDRESSES = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")

_REFUSED = re.compile("status code: 40[13] ")  # of a list this alone tells


class BucketObjects:
    """Objects of a store of obstore's. `place`: as it is shown. `sending`: the same store, where what is sent is given
    more time."""

    def __init__(self, store: ObjectStore, place: str, sending: ObjectStore | None = None) -> None:
        self._store = store
        self._sending = sending or store
        self._place = place

    @property
    def place(self) -> str:
        """The bucket with the prefix."""
        return self._place

    def put_new(self, key: str, data: bytes, *, lasting: bool = True) -> bool:
        """See Objects.put_new."""
        with told(self._place, checked(key)):
            try:
                # In one request: a condition holds for no upload in parts.
                obstore.put(self._sending, key, data, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
        return True

    def get(self, key: str) -> bytes:
        """See Objects.get."""
        with told(self._place, checked(key)):
            return bytes(obstore.get(self._store, key).bytes())

    def has(self, key: str) -> bool:
        """See Objects.has."""
        try:
            with told(self._place, checked(key)):
                obstore.head(self._store, key)
        except ObjectMissing:
            return False
        return True

    def list(self, prefix: str = "") -> Iterator[Found]:
        """See Objects.list."""
        with told(self._place, prefix and checked(prefix)):
            found = listed(self._store, prefix)
        yield from sorted(found, key=lambda each: each.key)

    def delete(self, key: str) -> None:
        """See Objects.delete."""
        with told(self._place, checked(key)):
            try:
                obstore.delete(self._store, key)
            except FileNotFoundError:
                return


def bucket_objects(bucket: Bucket) -> BucketObjects:
    """Objects below a prefix of a bucket. Raises WrongAddress."""
    return BucketObjects(opened(bucket), str(bucket), opened(bucket, SENDING_SECONDS))


def opened(bucket: Bucket, seconds: float = ASKING_SECONDS) -> S3Store:
    """A bucket as obstore has it, of which nothing is asked yet. `seconds`: after which no answer is one.

    Address, region and keys come from the environment as for any S3 client (AWS_ENDPOINT_URL, AWS_REGION,
    AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...); to an address that begins with http: nothing is encrypted.

    Raises WrongAddress."""
    variable = next((name for name in _ADDRESSES if os.environ.get(name)), "")
    scheme = re.match(r"(https?)://\S", os.environ.get(variable, ""))
    if variable and scheme is None:  # it could hold a password, so it is not shown
        raise WrongAddress(f"{variable} is no address; one that starts with https:// or http:// was expected")
    client: Any = {
        "allow_http": scheme is not None and scheme[1] == "http",
        "connect_timeout": timedelta(seconds=min(_CONNECT_SECONDS, seconds)),
        "read_timeout": timedelta(seconds=seconds),
        "timeout": timedelta(seconds=20 * seconds),  # of a large answer that does arrive
    }
    retries: Any = {"max_retries": 10, "retry_timeout": timedelta(seconds=min(_RETRY_SECONDS, seconds))}
    return S3Store(bucket.name, prefix=bucket.prefix or None, client_options=client, retry_config=retries)


def listed(store: ObjectStore, prefix: str = "") -> list[Found]:
    """What lies below a prefix, as obstore lists it. Raises obstore's own errors."""
    return [
        Found(each["path"], each["size"], each["e_tag"] or each["last_modified"].isoformat(), each["last_modified"])
        for chunk in obstore.list(store, prefix or None)
        for each in chunk
    ]


@contextmanager
def told(place: str, key: str) -> Iterator[None]:
    """Says what obstore's errors mean: ObjectMissing, ObjectsUnavailable.

    Of their texts nothing is told: they hold the address, and what was asked."""
    try:
        yield
    except (BaseError, FileNotFoundError) as error:
        text = str(error)
        if "NoSuchBucket" in text:
            why = "there is no such bucket"
        elif isinstance(error, FileNotFoundError):
            raise ObjectMissing(key) from None
        elif isinstance(error, PermissionDeniedError | UnauthenticatedError) or _REFUSED.search(text):
            why = "the bucket refuses this (the keys in AWS_..., or their rights)"
        else:
            why = f"the bucket cannot be used ({type(error).__name__})"
        raise ObjectsUnavailable.of(place, why) from None

"""Objects in a bucket of any store that speaks S3 and knows conditional puts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from cin_pipeline.store.objects.errors import ObjectMissing, ObjectsUnavailable
from cin_pipeline.store.objects.protocol import Found

# Lost connections are tried again for so long before they are told.
_RETRIES: Any = {"max_retries": 5, "retry_timeout": timedelta(seconds=30)}


class BucketObjects:
    """Objects below a prefix of a bucket, named as `s3://bucket/prefix`.

    Region, address and keys come from the environment as for any S3 client (AWS_REGION, AWS_ENDPOINT_URL,
    AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY); to an address that begins with http: nothing is encrypted."""

    def __init__(self, url: str, **configuration: Any) -> None:
        parts = urlsplit(url)
        if parts.scheme != "s3" or not parts.netloc:
            raise ValueError(f"{url}: a bucket as s3://bucket/prefix was expected")
        self._prefix = parts.path.strip("/")
        self.place = f"s3://{parts.netloc}/{self._prefix}".rstrip("/")
        endpoint = configuration.get("endpoint", "")
        options: Any = {"allow_http": True} if str(endpoint).startswith("http:") else {}
        self._store = S3Store(
            parts.netloc, prefix=self._prefix or None, client_options=options, retry_config=_RETRIES, **configuration
        )

    def put_new(self, key: str, data: bytes, *, lasting: bool = True) -> bool:
        """See Objects.put_new."""
        with self._told(key):
            try:
                # In one request: a condition holds for no upload in parts.
                obstore.put(self._store, key, data, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
        return True

    def get(self, key: str) -> bytes:
        """See Objects.get."""
        with self._told(key):
            return bytes(obstore.get(self._store, key).bytes())

    def list(self, prefix: str = "") -> Iterator[Found]:
        """See Objects.list."""
        with self._told(prefix):
            found = [each for chunk in obstore.list(self._store, prefix or None) for each in chunk]
        for each in sorted(found, key=lambda each: each["path"]):
            yield Found(each["path"], each["size"], each["e_tag"] or "", each["last_modified"])

    def delete(self, key: str) -> None:
        """See Objects.delete."""
        with self._told(key):
            try:
                obstore.delete(self._store, key)
            except FileNotFoundError:
                return

    @contextmanager
    def _told(self, key: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise ObjectMissing(key) from None
        except BaseError as error:  # its text may hold the address with what was asked, so only its kind is told
            raise ObjectsUnavailable(f"{self.place} cannot be used ({type(error).__name__})") from None

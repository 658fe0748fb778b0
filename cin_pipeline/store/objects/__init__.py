"""Objects: bytes under a key, each written once and never changed, in a directory or in a bucket.

Copies of returns, row tables, releases and the user's files are objects. A key is parts joined by `/`; nothing is
renamed and nothing is written over, so that a reader sees an object whole or not at all, on any machine.
"""

from cin_pipeline.store.objects.errors import ObjectMissing, ObjectsUnavailable, WrongAddress
from cin_pipeline.store.objects.protocol import Found, Objects

__all__ = ["Found", "ObjectMissing", "Objects", "ObjectsUnavailable", "WrongAddress"]

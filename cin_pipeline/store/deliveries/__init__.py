"""Where files are delivered: looked through and read, in a directory or in a bucket; nothing there is ever changed."""

from cin_pipeline.store.deliveries.protocol import (
    DeliveredFile,
    Deliveries,
    FileGone,
    Fingerprint,
    InboxUnusable,
    Unreadable,
)

__all__ = ["DeliveredFile", "Deliveries", "FileGone", "Fingerprint", "InboxUnusable", "Unreadable"]

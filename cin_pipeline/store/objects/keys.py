"""What a key may be: the same for a directory as for a bucket, so that what is kept can move from one to the other."""

UNFINISHED = ".part-"  # how the name of a file begins that is still being written; no part of a key does
_MOST_BYTES, _MOST_BYTES_OF_PART = 800, 200  # a bucket takes 1,024, of which its prefix needs some; a file system 255


def checked(key: str) -> str:
    """The key. Raises ValueError for one that is no path below a place, or that not every store would take."""
    parts = key.split("/")
    sound = (
        key.isprintable()
        and "\\" not in key
        and len(key.encode()) <= _MOST_BYTES
        and not {"", ".", ".."} & set(parts)
        and not any(part.startswith(UNFINISHED) or len(part.encode()) > _MOST_BYTES_OF_PART for part in parts)
    )
    if not sound:
        raise ValueError(f"{key[:_MOST_BYTES]!r} is no key of an object; parts joined by / were expected")
    return key

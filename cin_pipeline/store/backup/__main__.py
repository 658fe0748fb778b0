"""What `deploy/backup` and `deploy/restore` run. Exit code 0: done. 1: done, and something had been lost before. 2: not
done, for the reason that is said."""

import argparse
import os
import sys
from contextlib import closing
from datetime import UTC, datetime

from sqlalchemy.exc import DBAPIError

from cin_pipeline.settings import Settings
from cin_pipeline.settings.places import PLACE
from cin_pipeline.store.backup.making import make_backup
from cin_pipeline.store.backup.restoring import restore_backup
from cin_pipeline.store.backup.tools import BackupFailed
from cin_pipeline.store.objects import Objects, ObjectsUnavailable
from cin_pipeline.store.places import objects_in
from cin_pipeline.store.store import Store
from cin_pipeline.store.surroundings import fault_of

DONE, LOST, NOT_DONE = 0, 1, 2


def main() -> int:
    """See above."""
    parser = argparse.ArgumentParser(prog="python -m cin_pipeline.store.backup", description=__doc__)
    parser.add_argument("what", choices=("backup", "restore"))
    parser.add_argument("place", help="an empty directory, or s3://bucket/prefix")
    asked = parser.parse_args()
    os.umask(0o077)  # a backup holds all that is known of children
    try:
        with closing(Store(Settings.from_environment())) as store:
            whole, copies = opened(asked.place), opened(f"{asked.place.rstrip('/')}/objects")
            if asked.what == "restore":
                count = restore_backup(whole, copies, store.settings.database, store.objects)
                print(f"{count:,} objects and the database are restored.")  # noqa: T201
                return DONE
            made = make_backup(store, whole, copies, datetime.now(UTC))
    except (BackupFailed, ObjectsUnavailable, ValueError) as error:
        print(f"{asked.what}: {error}", file=sys.stderr)  # noqa: T201
        return NOT_DONE
    except (DBAPIError, OSError) as error:
        if not (fault := fault_of(error)):
            raise
        print(f"{asked.what}: {fault.sentence}", file=sys.stderr)  # noqa: T201
        return NOT_DONE
    print(f"{made.objects:,} objects and the database ({made.bytes:,} bytes) are in {whole.place}.")  # noqa: T201
    for each in made.lost:
        print(f"lost before, and not in the backup: {each}", file=sys.stderr)  # noqa: T201
    return LOST if made.lost else DONE


def opened(place: str) -> Objects:
    """The objects of a directory or a bucket. Raises ValueError for what is neither, PlaceRefused."""
    if not PLACE.fits(place):
        raise ValueError(f"{place}: {PLACE.expected} was expected")
    return objects_in(PLACE.value(place))


if __name__ == "__main__":
    sys.exit(main())

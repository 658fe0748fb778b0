"""What is kept and what arrives, where the settings say: in a directory, or in a bucket."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cin_pipeline.settings.places import Place
from cin_pipeline.store.deliveries import Deliveries
from cin_pipeline.store.deliveries.directory import DirectoryDeliveries
from cin_pipeline.store.objects import Objects, WrongAddress
from cin_pipeline.store.objects.directory import DirectoryObjects
from cin_pipeline.store.versions import StateRefused


class PlaceRefused(StateRefused):
    """A bucket cannot be used from here as things are set up."""


# What speaks to buckets takes a while to load, and is not installed without need.


def objects_in(place: Place) -> Objects:
    """The objects of a directory or a bucket, of which nothing is asked yet. Raises PlaceRefused."""
    if isinstance(place, Path):
        return DirectoryObjects(place)
    with _told(place):
        from cin_pipeline.store.objects.bucket import bucket_objects

        return bucket_objects(place)


def deliveries_in(place: Place) -> Deliveries:
    """What is delivered to a directory or a bucket, of which nothing is asked yet. Raises PlaceRefused."""
    if isinstance(place, Path):
        return DirectoryDeliveries(place)
    with _told(place):
        from cin_pipeline.store.deliveries.bucket import bucket_deliveries

        return bucket_deliveries(place)


@contextmanager
def _told(place: Place) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as missing:
        raise PlaceRefused(
            f"{place} needs {missing.name}, which is not installed: pip install 'cin_pipeline[server]'"
        ) from None
    except WrongAddress as wrong:
        raise PlaceRefused(str(wrong)) from None

"""What can go wrong with objects, told apart by what is to be done about it."""

import errno


class ObjectMissing(LookupError):
    """There is no object of that key. Nothing mends this but putting it back."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} is not there")
        self.key = key


class ObjectsUnavailable(OSError):
    """The store of objects cannot be reached, refuses, or is full: a fault of the surroundings, worth another try.

    `filename`: where. `strerror`: a sentence, without what was sent."""

    @classmethod
    def of(cls, place: str, why: str) -> "ObjectsUnavailable":
        """What a store says that is not on this machine."""
        return cls(errno.EIO, why, place)

    def __str__(self) -> str:
        return f"{self.filename}: {self.strerror}" if self.filename else str(self.strerror)


class WrongAddress(ValueError):
    """The address of the store that speaks S3 is none; the message names the variable."""

"""What can go wrong with objects, told apart by what is to be done about it."""


class ObjectMissing(LookupError):
    """There is no object of that key. Nothing mends this but putting it back."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} is not there")
        self.key = key


class ObjectsUnavailable(OSError):
    """The store of objects cannot be reached, refuses, or is full: a fault of the surroundings, worth another try."""

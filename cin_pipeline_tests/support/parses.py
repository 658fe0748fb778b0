"""How often files are parsed: whole, and no further than their header."""

from typing import Any

import pytest

from cin_pipeline.census import header, reading


class Parses:
    """Counts what the pipeline asks of its parser from now on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.whole = self.headers = 0
        whole, beginning = reading.pieces, header.beginning

        def counted_whole(*args: Any) -> Any:
            self.whole += 1
            return whole(*args)

        def counted_header(*args: Any) -> Any:
            self.headers += 1
            return beginning(*args)

        monkeypatch.setattr(reading, "pieces", counted_whole)
        monkeypatch.setattr(header, "beginning", counted_header)

    def since(self) -> tuple[int, int]:
        """Whole files and headers parsed since the last look."""
        found, self.whole, self.headers = (self.whole, self.headers), 0, 0
        return found

"""How often files are parsed: whole, and no further than their header."""

from typing import Any

import pytest
from lxml import etree


class Parses:
    """Counts what the pipeline asks of its parser from now on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.whole = self.headers = 0
        whole, header = etree.fromstring, etree.XMLPullParser

        def counted_whole(*args: Any, **options: Any) -> etree._Element:
            self.whole += 1
            return whole(*args, **options)

        def counted_header(*args: Any, **options: Any) -> etree.XMLPullParser:
            self.headers += 1
            return header(*args, **options)

        monkeypatch.setattr(etree, "fromstring", counted_whole)
        monkeypatch.setattr(etree, "XMLPullParser", counted_header)

    def since(self) -> tuple[int, int]:
        """Whole files and headers parsed since the last look."""
        found, self.whole, self.headers = (self.whole, self.headers), 0, 0
        return found

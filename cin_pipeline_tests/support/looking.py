"""Looking at pages in the real browser."""

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
)

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="the browser tests need chromium")


def shot(page: Page, name: str, **options: bool) -> None:
    """Keeps a picture where CIN_SCREENSHOTS says, for people to look at."""
    if folder := os.environ.get("CIN_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", **options)


# Texts whose contrast with the nearest colour behind them is below 4.5 to 1 (WCAG AA).
CONTRAST = """() => {
  const channel = (v) => v / 255 <= .03928 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4;
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour[3] !== 0) return colour;
    }
    return [255, 255, 255];
  };
  const hasText = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  const poor = new Set();
  for (const e of document.querySelectorAll("body *")) {
    if (!hasText(e) || !e.checkVisibility() || e.closest("[aria-disabled=true]")) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) poor.add(`${e.tagName}.${e.className} ${ratio.toFixed(1)}`);
  }
  return [...poor];
}"""

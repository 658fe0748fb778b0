"""What every page made here shares: the frame, the style in light, dark and print, and how a page is put together.

A page needs nothing else: not a server, not the network, and scripts only for comfort. Whatever is put into it is
escaped by the templates; besides, the page forbids itself every script and style but its own.
"""

from cin_pipeline.pages.rendering import counted, environment, render

__all__ = ["counted", "environment", "render"]

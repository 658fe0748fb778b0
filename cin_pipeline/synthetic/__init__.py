"""Synthetic children in need returns: a made-up England of the right size, without any real person."""

from cin_pipeline.synthetic.england import returns_planned, synthesise

__all__ = ["returns_planned", "synthesise"]

"""Synthetic children in need returns: a made-up England of the right size, without any real person."""

from cin_pipeline.synthetic.calibrated import CALIBRATED, left_off, not_published
from cin_pipeline.synthetic.england import returns_planned, synthesise, synthesise_calibrated, with_returns

__all__ = [
    "CALIBRATED",
    "left_off",
    "not_published",
    "returns_planned",
    "synthesise",
    "synthesise_calibrated",
    "with_returns",
]

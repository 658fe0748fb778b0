"""A synthetic England whose returns, counted, give the published figures of 2015-16 to 2023-24."""

from cin_pipeline.synthetic.calibrated.figures import CALIBRATED, figures, left_off, not_published
from cin_pipeline.synthetic.calibrated.la import calibrated_timelines

__all__ = ["CALIBRATED", "calibrated_timelines", "figures", "left_off", "not_published"]

"""A synthetic England whose returns, counted, give the published figures of 2015-16 and 2016-17."""

from cin_pipeline.synthetic.calibrated.figures import YEARS as CALIBRATED
from cin_pipeline.synthetic.calibrated.figures import left_off
from cin_pipeline.synthetic.calibrated.la import calibrated_timeline

__all__ = ["CALIBRATED", "calibrated_timeline", "left_off"]

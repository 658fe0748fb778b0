"""Mistakes planted in returns without faults: a declared catalogue, and what was planted where.

Works on the text of any return that is laid out as `synthetic.xml` does; how its children came about does not matter.
"""

from cin_pipeline.synthetic.mistakes.catalogue import HARMLESS, VALUE_ERROR, Mistake, catalogue
from cin_pipeline.synthetic.mistakes.planting import Planted, plant
from cin_pipeline.synthetic.mistakes.whole_returns import RETURN_MISTAKES, return_mistakes

__all__ = ["HARMLESS", "RETURN_MISTAKES", "VALUE_ERROR", "Mistake", "Planted", "catalogue", "plant", "return_mistakes"]

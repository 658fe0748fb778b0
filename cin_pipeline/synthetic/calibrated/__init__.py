"""A synthetic England whose returns, counted, give the published figures of 2015-16 and 2016-17."""

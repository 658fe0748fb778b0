"""SQL over what is current: for analysts, at the command line, in a notebook, in DuckDB files and in PostgreSQL."""

from cin_pipeline.analysis.session import Analysis, NoState, connect

__all__ = ["Analysis", "NoState", "connect"]

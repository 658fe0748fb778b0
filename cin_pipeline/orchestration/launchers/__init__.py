"""Dagster's run launchers for several machines, as dagster.yaml names them, without a word on who is alive."""

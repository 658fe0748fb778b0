"""Mutants of returns and of the files that users give beside them, and what must hold for every one: `make fuzz`."""

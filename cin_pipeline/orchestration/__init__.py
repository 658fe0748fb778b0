"""Dagster: wires the functions of the other packages into assets, checks and jobs. Nothing else imports dagster."""

"""Who is alive: locks on files where one machine works, leases in the database where several may."""

from cin_pipeline.store.liveness.protocol import LeaseLost, Life, Liveness

__all__ = ["LeaseLost", "Life", "Liveness"]

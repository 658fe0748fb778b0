"""Who is alive: locks on files where one machine works, leases in the database where several may."""

from cin_pipeline.store.liveness.protocol import Life, Liveness

__all__ = ["Life", "Liveness"]

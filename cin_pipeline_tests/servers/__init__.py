"""Tests over real servers: PostgreSQL, an S3 store, Redis, nginx, and a built image. `make test-servers` runs them."""

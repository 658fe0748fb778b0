"""What `dagster dev` loads."""

from cin_pipeline.orchestration.build import build_definitions
from cin_pipeline.settings import Settings

defs = build_definitions(Settings.from_environment())

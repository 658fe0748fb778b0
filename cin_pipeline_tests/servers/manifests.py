"""What the files of deploy/ say will be started, and what they need beside."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cin_pipeline_tests.test_contracts import ROOT

DEPLOY = ROOT / "deploy"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
OURS = "cin-pipeline"  # the image of deploy/Dockerfile
WORKLOADS = ("Deployment", "Job", "CronJob")


@dataclass(frozen=True)
class Command:
    """What a file has our image run; `at` names the file and the part of it."""

    at: str
    words: tuple[str, ...]


def compose() -> dict[str, Any]:
    """The compose file, with what its variables are by default."""
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text))
    return read


def objects(path: Path) -> list[dict[str, Any]]:
    """The objects of one file of manifests."""
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def all_objects() -> list[tuple[str, dict[str, Any]]]:
    """Every object, with the name of its file."""
    return [(path.name, each) for path in MANIFESTS for each in objects(path)]


def pod_of(workload: dict[str, Any]) -> dict[str, Any]:
    """The template of a workload's pods."""
    spec = workload["spec"]
    template = spec["jobTemplate"]["spec"]["template"] if workload["kind"] == "CronJob" else spec["template"]
    return dict(template)


def commands() -> Iterator[Command]:
    """What our image is asked to run, probes included."""
    for name, service in compose()["services"].items():
        if service["image"] == OURS:
            yield Command(f"compose.yaml {name}", tuple(service["command"]))
            probe = service.get("healthcheck", {}).get("test")
            if probe:
                assert probe[0] == "CMD", probe
                yield Command(f"compose.yaml {name} healthcheck", tuple(probe[1:]))
    for file, workload in all_objects():
        if workload["kind"] in WORKLOADS:
            for container in pod_of(workload)["spec"]["containers"]:
                if container["image"] == OURS:
                    at = f"{file} {workload['metadata']['name']}"
                    yield Command(at, tuple(container["command"]))
                    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                        if words := container.get(probe, {}).get("exec", {}).get("command"):
                            yield Command(f"{at} {probe}", tuple(words))

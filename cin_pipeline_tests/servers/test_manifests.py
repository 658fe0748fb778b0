"""The files of deploy/ without anything that would run them: each is of its kind, and names only what there is.

Kubernetes' own schemas come with kubernetes-validate. The schema of compose files is in no package that we have: what a
wrong name would break is looked at here instead. That commands are commands is in test_image.py, in the image."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from cin_pipeline.settings import Settings
from cin_pipeline_tests.servers.manifests import (
    DEPLOY,
    MANIFESTS,
    OURS,
    WORKLOADS,
    all_objects,
    commands,
    compose,
    objects,
    pod_of,
)

USER = 10001  # of deploy/Dockerfile
# Made outside of the repository, with secrets or as docs/deployment.md says.
GENERATED = yaml.safe_load((DEPLOY / "kustomization.yaml").read_text(encoding="utf-8"))
NOT_IN_THE_REPOSITORY = (
    "cin.env",
    "secrets/database_password",
    "secrets/objects_identities.json",
    "secrets/redis.conf",
)


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_manifests_are_what_kubernetes_takes(path: Path) -> None:
    version = kubernetes_validate.latest_version()
    for each in objects(path):
        kubernetes_validate.validate(each, version, strict=True)
        assert each["kind"] == "Namespace" or each["metadata"]["namespace"] == "cin"


def test_the_validation_is_strict() -> None:
    """A misspelt field is a fault, not a field more."""
    [daemon] = objects(DEPLOY / "kubernetes" / "daemon.yaml")
    daemon["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError, match="readynessProbe"):
        kubernetes_validate.validate(daemon, kubernetes_validate.latest_version(), strict=True)


def workloads() -> Iterator[tuple[str, dict[str, Any]]]:
    for _, each in all_objects():
        if each["kind"] in WORKLOADS:
            yield each["metadata"]["name"], pod_of(each)


@pytest.mark.parametrize(("name", "pod"), workloads(), ids=lambda value: value if isinstance(value, str) else "")
def test_pods_have_no_more_rights_than_they_need(name: str, pod: dict[str, Any]) -> None:
    """What Kubernetes calls `restricted`, and a root that nothing can be written to."""
    whole = pod["spec"]["securityContext"]
    assert whole["runAsNonRoot"] is True
    assert whole["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["spec"]["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert "memory" in container["resources"]["limits"]
        if container["image"] == OURS:
            assert whole["runAsUser"] == USER


def test_everything_that_a_manifest_names_is_there() -> None:
    there = Counter((each["kind"], each["metadata"]["name"]) for _, each in all_objects())
    assert set(there.values()) == {1}, "one name for two objects"
    there.update(("ConfigMap", each["name"]) for each in GENERATED["configMapGenerator"])
    labels = {name: pod["metadata"]["labels"] for name, pod in workloads()}
    for name, pod in workloads():
        spec = pod["spec"]
        if account := spec.get("serviceAccountName"):
            assert ("ServiceAccount", account) in there
        else:
            assert spec["automountServiceAccountToken"] is False, f"{name} needs no account and could use one"
        volumes = {volume["name"]: volume for volume in spec["volumes"]}
        for volume in volumes.values():
            sources = volume.get("projected", {}).get("sources", [volume])
            for source in sources:
                for kind, key, field in (("ConfigMap", "configMap", "name"), ("Secret", "secret", "secretName")):
                    if key in source:
                        assert (kind, source[key].get(field) or source[key]["name"]) in there, name
        for container in spec["containers"]:
            assert {mount["name"] for mount in container["volumeMounts"]} == volumes.keys(), name
            for source in container.get("envFrom", ()):
                [(key, reference)] = source.items()
                assert ({"configMapRef": "ConfigMap", "secretRef": "Secret"}[key], reference["name"]) in there
    for _, each in all_objects():
        if each["kind"] in ("Service", "PodDisruptionBudget"):
            selector = each["spec"]["selector"]
            wanted = selector.get("matchLabels", selector)
            assert any(wanted.items() <= found.items() for found in labels.values()), each["metadata"]["name"]
        if each["kind"] == "NetworkPolicy":
            for selector in _pod_selectors(each["spec"]):
                wanted = selector.get("matchLabels", {})
                assert any(wanted.items() <= found.items() for found in labels.values()), each["metadata"]["name"]
        if each["kind"] == "RoleBinding":
            assert ("Role", each["roleRef"]["name"]) in there
            assert ("ServiceAccount", each["subjects"][0]["name"]) in there


def _pod_selectors(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, list):
        for each in part:
            yield from _pod_selectors(each)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key == "podSelector":
                yield value
            else:
                yield from _pod_selectors(value)


def test_the_kustomization_has_every_manifest_but_those_that_come_before() -> None:
    listed = {DEPLOY / name for name in GENERATED["resources"]}
    before = {DEPLOY / "kubernetes" / name for name in ("secrets-template.yaml", "upgrade.yaml")}
    assert listed | before == set(MANIFESTS)
    for each in GENERATED["configMapGenerator"]:
        for file in each["files"]:
            assert (DEPLOY / file.partition("=")[2]).is_file() if "=" in file else (DEPLOY / file).is_file(), file


def test_nginx_finds_its_hosts_and_files_in_both() -> None:
    named = set(re.findall(r"server ([\w-]+):\d+;", (DEPLOY / "nginx" / "common.conf").read_text(encoding="utf-8")))
    services = {each["metadata"]["name"] for _, each in all_objects() if each["kind"] == "Service"}
    assert named <= services
    assert named <= compose()["services"].keys()
    included = set(re.findall(r"include ([\w.-]+);", (DEPLOY / "nginx" / "nginx.conf").read_text(encoding="utf-8")))
    [files] = [each["files"] for each in GENERATED["configMapGenerator"] if each["name"] == "cin-nginx"]
    assert {f"nginx/{name}" for name in included} | {"nginx/nginx.conf"} == set(files)


def test_the_workspace_is_where_the_code_is() -> None:
    [location] = yaml.safe_load((DEPLOY / "dagster" / "workspace.yaml").read_text(encoding="utf-8"))["load_from"]
    server = location["grpc_server"]
    assert server["host"] in compose()["services"]
    [service] = [each for _, each in all_objects() if each["kind"] == "Service" and each["metadata"]["name"] == "code"]
    assert server["host"] == service["metadata"]["name"]
    assert server["port"] == service["spec"]["ports"][0]["port"]
    started = [each.words for each in commands() if "grpc" in each.words]
    assert len(started) == 2
    for words in started:
        assert {f"--port={server['port']}", f"--location-name={server['location_name']}"} <= set(words)


def test_what_the_compose_file_names_is_there() -> None:
    whole = compose()
    services = whole["services"]
    for name, service in services.items():
        conditions = service.get("depends_on", {})
        for other, how in conditions.items():
            assert other in services, f"{name} waits for {other}"
            if how["condition"] == "service_healthy":
                # The image of ours has a probe of its own, that of the webserver.
                web = services[other]["image"] == OURS and services[other]["command"][0] == "dagster-webserver"
                assert "healthcheck" in services[other] or web, (
                    f"{name} waits for {other} to be healthy, and nobody looks"
                )
        assert set(service["networks"]) <= whole["networks"].keys()
        assert set(service.get("secrets", ())) <= whole["secrets"].keys()
        for mount in service.get("volumes", ()):
            source = mount.partition(":")[0]
            assert (DEPLOY / source).exists() if source.startswith("./") else source in whole["volumes"], mount
        for file in filter(None, [service.get("env_file")]):
            assert file in NOT_IN_THE_REPOSITORY
    used = {volume.partition(":")[0] for service in services.values() for volume in service.get("volumes", ())}
    assert whole["volumes"].keys() <= used
    assert {secret["file"].removeprefix("./") for secret in whole["secrets"].values()} <= set(NOT_IN_THE_REPOSITORY)


def test_only_nginx_is_published_and_only_webservers_are_on_both_networks() -> None:
    services = compose()["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]
    both = {name for name, service in services.items() if set(service["networks"]) == {"front", "back"}}
    assert both == {"webserver-readers", "webserver-operators"}
    assert services["nginx"]["networks"] == ["front"]
    assert compose()["networks"]["back"]["internal"] is True


def test_readers_have_the_webserver_that_starts_nothing() -> None:
    asked = {each.at: "--read-only" in each.words for each in commands() if each.words[0] == "dagster-webserver"}
    assert asked == {
        "compose.yaml webserver-readers": True,
        "compose.yaml webserver-operators": False,
        "webservers.yaml webserver-readers": True,
        "webservers.yaml webserver-operators": False,
    }


def test_the_example_of_settings_has_only_settings() -> None:
    """Ours by their names; Dagster's, S3's and the broker's by what dagster.yaml and S3 clients read."""
    known = Settings.from_environment({}).environment().keys() | {"CELERY_BROKER_URL", "CELERY_RESULT_BACKEND"}
    example = (DEPLOY / "cin.env.example").read_text(encoding="utf-8").splitlines()
    names = {line.partition("=")[0] for line in example if line and not line.startswith("#")}
    assert {name for name in names if not name.startswith("AWS_")} <= known
    settings = next(each for _, each in all_objects() if each["metadata"]["name"] == "cin-settings")
    assert settings["data"].keys() - names == {"RUN_IMAGE", "RUN_NAMESPACE"}

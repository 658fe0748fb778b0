"""nginx in front of a webserver for readers and one for operators: all three real, with the files of deploy/nginx."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, quote, urlsplit

import dagster as dg
import pytest
from dagster._core.workspace.permissions import VIEWER_PERMISSIONS
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.settings import Settings
from cin_pipeline.store.store import Store
from cin_pipeline_tests.servers.front import Front, Site, nginx
from cin_pipeline_tests.servers.manifests import DEPLOY, commands
from cin_pipeline_tests.support.webserver import free_port, served, webserver

pytestmark = pytest.mark.system

LAUNCH = """mutation Launch($params: ExecutionParams!) {
  launchRun(executionParams: $params) { __typename ... on LaunchRunSuccess { run { runId } } }
}"""
PARAMS = {
    "selector": {
        "repositoryLocationName": "cin_pipeline",
        "repositoryName": "__repository__",
        "jobName": "england",
    },
    "executionMetadata": {"tags": [{"key": "dagster/partition", "value": "2016-04-01"}]},
}
# What a reader might try beside it, each as a mutation.
SENSOR = '{repositoryLocationName: "cin_pipeline", repositoryName: "__repository__", sensorName: "landing"}'
NO_RUN = "00000000-0000-0000-0000-000000000000"
REFUSED = (
    f'terminateRun(runId: "{NO_RUN}") {{ __typename }}',
    f'deleteRun(runId: "{NO_RUN}") {{ __typename }}',
    "reloadWorkspace { __typename }",
    'wipeAssets(assetPartitionRanges: [{assetKey: {path: ["la_measures"]}}]) { __typename }',
    "setAutoMaterializePaused(paused: true)",
    f'freeConcurrencySlots(runId: "{NO_RUN}")',
    f"startSensor(sensorSelector: {SENSOR}) {{ __typename }}",
    f'sensorDryRun(selectorData: {SENSOR}, cursor: "") {{ __typename }}',
)
READER, OPERATOR = ("r.eader", "read"), ("o.perator", "operate")


@dataclass(frozen=True)
class Deployment:
    front: Front
    settings: Settings
    webservers: dict[str, str]

    @property
    def reader(self) -> Site:
        return replace(self.front.readers, login=READER)

    @property
    def operator(self) -> Site:
        return replace(self.front.operators, login=OPERATOR)

    def runs(self) -> set[str]:
        with open_instance(self.settings) as instance:
            return {run.run_id for run in instance.get_runs(dg.RunsFilter())}


@contextmanager
def code_of_a_deployment(settings: Settings, directory: Path) -> Iterator[Path]:
    """The workspace.yaml of deploy/dagster over a code server as the compose file starts it, on a port of its own."""
    port = str(free_port())
    [code] = [each.words for each in commands() if each.at == "compose.yaml code"]
    here = {"--host=0.0.0.0": "--host=127.0.0.1", "--port=4000": f"--port={port}"}
    text = (DEPLOY / "dagster" / "workspace.yaml").read_text(encoding="utf-8")
    workspace = directory / "workspace.yaml"
    workspace.write_text(text.replace("host: code", "host: 127.0.0.1").replace("port: 4000", f"port: {port}"))
    with served(settings, [here.get(word, word) for word in code], "Started Dagster code server"):
        yield workspace


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    directory = tmp_path_factory.mktemp("front")
    settings = Settings.from_environment({}, state=directory / "state")
    _ = Store(settings).engine
    with open_instance(settings):
        pass  # so that no two webservers make it
    with ExitStack() as running:
        workspace = running.enter_context(code_of_a_deployment(settings, directory))
        hosts = {
            "webserver-readers:3000": running.enter_context(webserver(settings, "--read-only", workspace=workspace)),
            "webserver-operators:3000": running.enter_context(webserver(settings, workspace=workspace)),
        }
        addresses = {name: address.removeprefix("http://") for name, address in hosts.items()}
        front = running.enter_context(
            nginx(
                directory / "nginx",
                "nginx.conf",
                {**addresses, "oauth2-proxy:4180": "127.0.0.1:9"},
                {"readers": dict([READER, OPERATOR]), "operators": dict([OPERATOR])},
            )
        )
        yield Deployment(front, settings, addresses)


@pytest.mark.parametrize("login", [None, ("r.eader", "guess"), ("nobody", "read")])
@pytest.mark.parametrize("site", ["readers", "operators"])
def test_nobody_gets_in_without_a_login(deployment: Deployment, site: str, login: tuple[str, str] | None) -> None:
    unknown = replace(getattr(deployment.front, site), login=login)
    for path in ("/", "/graphql", "/graphql?query={version}", "/server_info", "/logs/a", "/download_debug/a"):
        assert unknown.ask(path).status == 401, path
    answer = unknown.ask("/graphql", {"query": "{version}"})
    assert (answer.status, b"version" in answer.body) == (401, False)


def test_a_reader_does_not_operate(deployment: Deployment) -> None:
    assert replace(deployment.front.operators, login=READER).ask("/").status == 401


@pytest.mark.parametrize("who", ["reader", "operator"])
def test_with_a_login_the_ui_is_there(deployment: Deployment, who: str) -> None:
    site: Site = getattr(deployment, who)
    page = site.ask("/")
    assert (page.status, b"Dagster" in page.body) == (200, True)
    assert page.headers.get_all("X-Content-Type-Options") == ["nosniff"]  # type: ignore[attr-defined]
    policies = page.headers.get_all("Content-Security-Policy")  # type: ignore[attr-defined]
    assert "frame-ancestors 'none'" in policies
    assert len(policies) == 2, "Dagster's own policy is gone"
    assert page.headers["Server"] == "nginx"
    assert site.graphql("{ version }")["version"] == dg.__version__


@pytest.mark.parametrize("site", ["readers", "operators"])
def test_probes_need_no_login_and_learn_nothing(deployment: Deployment, site: str) -> None:
    answer = getattr(deployment.front, site).ask("/health")
    assert (answer.status, answer.body) == (204, b"")
    assert getattr(deployment.front, site).ask("/up").status == 404


@pytest.mark.parametrize("who", ["reader", "operator"])
def test_live_updates_come_through(deployment: Deployment, who: str) -> None:
    site: Site = getattr(deployment, who)
    with connect(
        f"wss://localhost:{site.port}/graphql",
        ssl=site.tls,
        subprotocols=[Subprotocol("graphql-ws")],
        additional_headers=site.sent,
        origin=f"https://localhost:{site.port}",  # type: ignore[arg-type]
        proxy=None,
    ) as socket:
        assert socket.response is not None
        assert socket.response.status_code == 101
        assert socket.subprotocol == "graphql-ws"
        socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(socket.recv(30)) == {"type": "connection_ack"}


@pytest.mark.parametrize(("login", "origin", "status"), [(None, None, 401), (OPERATOR, "https://elsewhere", 403)])
def test_no_live_updates_for_others(
    deployment: Deployment, login: tuple[str, str] | None, origin: str | None, status: int
) -> None:
    site = replace(deployment.front.operators, login=login)
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(
            f"wss://localhost:{site.port}/graphql",
            ssl=site.tls,
            additional_headers=site.sent,
            origin=origin,  # type: ignore[arg-type]
            proxy=None,
        ),
    ):
        pass
    assert refused.value.response.status_code == status


def test_operators_start_runs_and_readers_do_not(deployment: Deployment) -> None:
    before = deployment.runs()
    assert deployment.reader.graphql(LAUNCH, params=PARAMS)["launchRun"] == {"__typename": "UnauthorizedError"}
    assert deployment.runs() == before
    launched = deployment.operator.graphql(LAUNCH, params=PARAMS)["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess"
    assert deployment.runs() - before == {launched["run"]["runId"]}


@pytest.mark.parametrize("mutation", REFUSED, ids=lambda mutation: mutation.partition("(")[0])
def test_readers_change_nothing_else(deployment: Deployment, mutation: str) -> None:
    answer = deployment.reader.ask("/graphql", {"query": f"mutation {{ {mutation} }}"})
    said = json.loads(answer.body)
    assert "Unauthorized" in str(said) or "permission" in str(said), said


def test_no_permission_of_a_reader_is_new_to_us() -> None:
    """All that --read-only withholds is withheld; a permission that Dagster grants to viewers would show here."""
    assert not any(VIEWER_PERMISSIONS.values())


def test_readers_report_no_events(deployment: Deployment) -> None:
    assert deployment.reader.ask("/report_asset_materialization/la_measures", {}).status == 401


def test_a_link_starts_nothing(deployment: Deployment) -> None:
    """Dagster takes a mutation from the address, and a browser that is logged in follows any link there."""
    before = deployment.runs()
    link = f"?query={quote(LAUNCH)}&variables={quote(json.dumps({'params': PARAMS}))}"
    for path in ("/graphql", "//graphql", "/%67raphql", "/./graphql"):
        answer = deployment.operator.ask(path + link)
        assert b"No GraphQL query found" in answer.body or answer.status >= 400, path
    assert deployment.runs() == before


@pytest.mark.parametrize("origin", ["https://elsewhere", "null", "http://localhost"])
def test_another_site_starts_nothing(deployment: Deployment, origin: str) -> None:
    before = deployment.runs()
    asked = {"query": LAUNCH, "variables": {"params": PARAMS}}
    assert deployment.operator.ask("/graphql", asked, Origin=origin).status == 403
    assert deployment.runs() == before
    own = f"https://localhost:{deployment.front.operators.port}"
    assert deployment.operator.ask("/graphql", {"query": "{version}"}, Origin=own).status == 200


def test_bodies_have_a_bound(deployment: Deployment) -> None:
    assert deployment.operator.ask("/graphql", {"query": " " * 2_000_000}).status == 413


class _OAuth2Proxy(BaseHTTPRequestHandler):
    """Stands in for oauth2-proxy: the session's cookie is the group that it is in."""

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        group = (self.headers.get("Cookie") or "").removeprefix("_oauth2_proxy=")
        if asked.path != "/oauth2/auth":
            self.answer(200, "sign in here")
        elif not group:
            self.answer(401)
        else:
            allowed = parse_qs(asked.query)["allowed_groups"][0].split(",")
            self.answer(202 if group in allowed else 403)

    def answer(self, status: int, body: str = "") -> None:
        self.send_response(status)
        self.send_header("X-Auth-Request-Email", "someone@department")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def organisation(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """The same webservers behind nginx-oidc.conf."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _OAuth2Proxy)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        hosts = {**deployment.webservers, "oauth2-proxy:4180": f"127.0.0.1:{server.server_port}"}
        with nginx(tmp_path_factory.mktemp("oidc") / "nginx", "nginx-oidc.conf", hosts, {}) as front:
            yield front
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("group", "readers", "operators"),
    [("", 302, 302), ("others", 403, 403), ("cin-readers", 200, 403), ("cin-operators", 200, 200)],
)
def test_groups_say_who_reads_and_who_operates(organisation: Front, group: str, readers: int, operators: int) -> None:
    session = {"Cookie": f"_oauth2_proxy={group}"} if group else {}
    for site, expected in ((organisation.readers, readers), (organisation.operators, operators)):
        answer = replace(site, headers=session).ask("/runs?view=all")
        assert answer.status == expected
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if expected == 302:
            assert answer.headers["Location"].endswith("/oauth2/sign_in?rd=/runs?view=all")
        assert site.ask("/oauth2/sign_in").body == b"sign in here"
        assert site.ask("/oauth2/auth").status == 404
        assert site.ask("/health").status == 204

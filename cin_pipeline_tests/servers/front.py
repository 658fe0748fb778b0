"""A real nginx with the files of deploy/nginx, as far as it can be on this machine: free ports, paths of its own."""

import base64
import json
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

from cin_pipeline_tests.support.webserver import free_port
from cin_pipeline_tests.test_contracts import ROOT

NGINX = ROOT / "deploy" / "nginx"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class _AsItComes(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True)
class Site:
    """One of the two sites of nginx, as somebody sees it."""

    port: int
    certificate: Path
    login: tuple[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.certificate)

    @property
    def sent(self) -> dict[str, str]:
        """The headers that this person's browser sends."""
        if self.login is None:
            return dict(self.headers)
        return {"Authorization": "Basic " + base64.b64encode(":".join(self.login).encode()).decode(), **self.headers}

    def ask(self, path: str, body: Any = None, **headers: str) -> Answer:
        """GET, or POST of JSON where there is a body; redirects are not followed."""
        data = None if body is None else json.dumps(body).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        request = urllib.request.Request(f"https://localhost:{self.port}{path}", data, {**self.sent, **kind, **headers})
        opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=self.tls), urllib.request.ProxyHandler({}), _AsItComes
        )
        try:
            with opener.open(request, timeout=60) as response:
                return Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, refused.headers, refused.read())

    def graphql(self, query: str, **variables: Any) -> Any:
        """What the webserver behind answers to a query or a mutation."""
        answer = self.ask("/graphql", {"query": query, "variables": variables})
        assert answer.status == 200, answer
        return json.loads(answer.body)["data"]


@dataclass(frozen=True)
class Front:
    """An nginx that runs: its two sites, without a login."""

    readers: Site
    operators: Site


@contextmanager
def nginx(
    directory: Path, conf: str, hosts: Mapping[str, str], users: Mapping[str, Mapping[str, str]]
) -> Iterator[Front]:
    """Runs `conf` of deploy/nginx until the end of the block.

    hosts: the address of each upstream that the files name. users: passwords by name, by file of users."""
    for name in ("tls", "users", "tmp"):
        (directory / name).mkdir(parents=True)
    certificate = make_certificate(directory / "tls")
    for name, passwords in users.items():
        for person, password in passwords.items():
            made = subprocess.run(["htpasswd", "-nbB", person, password], check=True, capture_output=True, text=True)
            with (directory / "users" / name).open("a") as file:
                file.write(made.stdout.strip() + "\n")
    ports = {"8443": free_port(), "8444": free_port()}
    here = {f"listen {port}": f"listen 127.0.0.1:{free}" for port, free in ports.items()}
    here |= {f"server {name};": f"server {address};" for name, address in hosts.items()}
    here["/dev/stderr warn"] = "/dev/stderr notice"  # so that it says when it has started
    here["/tmp/"] = f"{directory / 'tmp'}/"  # noqa: S108 - in the files
    replaced = set()
    for file in NGINX.glob("*.conf"):
        text = file.read_text()
        for before, after in here.items():
            if before in text:
                replaced.add(before)
                text = text.replace(before, after)
        (directory / file.name).write_text(text)
    assert replaced == here.keys(), "a file of deploy/nginx no longer names what a test puts in its place"
    # Its workers would be nobody, whom a test's directory is closed to.
    command = ["nginx", "-e", "stderr", "-p", str(directory), "-c", str(directory / conf)]
    subprocess.run([*command, "-t", "-g", "user root;"], check=True, capture_output=True, text=True)
    # Requests are logged to standard output, which nobody reads.
    server = subprocess.Popen(
        [*command, "-g", "daemon off; user root;"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert server.stderr is not None
    assert any("start worker process" in line for line in server.stderr), "nginx did not start"
    drain = Thread(target=server.stderr.read)  # a full pipe would stop it
    drain.start()
    try:
        yield Front(*(Site(port, certificate) for port in ports.values()))
    finally:
        server.terminate()
        server.wait()
        drain.join()
        server.stderr.close()


def make_certificate(directory: Path) -> Path:
    """A certificate for localhost that vouches for itself, with its key beside it."""
    certificate = directory / "server.crt"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost", "-keyout", directory / "server.key", "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    return certificate

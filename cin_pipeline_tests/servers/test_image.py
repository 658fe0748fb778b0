"""The image of deploy/Dockerfile: built for real on a root of the distribution's, and used as the user that it names.

deploy/build-scratch keeps the images in build/image, which a fresh checkout has not; the root is not made twice."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from cin_pipeline_tests.servers.manifests import commands
from cin_pipeline_tests.support.webserver import LISTENS, SAYS_WHEN, free_port
from cin_pipeline_tests.test_contracts import ROOT

pytestmark = pytest.mark.system

KEPT = ROOT / "build" / "image"
IMAGE = "localhost/cin-pipeline"
USER = 10001

# Runs each command of standard input with --help behind it, which an option that is none never reaches.
LOOK = """
import json, subprocess, sys
for words in json.load(sys.stdin):
    ended = subprocess.run([*words, "--help"], capture_output=True, text=True)
    print(json.dumps([ended.returncode, (ended.stdout + ended.stderr)[-300:]]))
"""


@dataclass(frozen=True)
class Container:
    """A container of the image, in which commands run one after the other."""

    images: tuple[str, ...]
    name: str

    def words(self, *command: str) -> list[str]:
        return [*self.images, "run", "--isolation", "chroot", self.name, "--", *command]

    def run(self, *command: str, code: int = 0, given: str = "") -> str:
        """What a command says."""
        ended = subprocess.run(self.words(*command), input=given, capture_output=True, text=True)
        assert ended.returncode == code, ended.stdout[-3000:] + ended.stderr[-3000:]
        return ended.stdout


@pytest.fixture(scope="module")
def images(request: pytest.FixtureRequest) -> Iterator[tuple[str, ...]]:
    """The words of buildah over the images built; the times and the size are printed."""
    built = subprocess.run([ROOT / "deploy" / "build-scratch", KEPT], capture_output=True, text=True)
    request.config.pluginmanager.get_plugin("terminalreporter").write_line(f"\n{built.stdout}")
    assert built.returncode == 0, built.stdout + built.stderr
    driver = (KEPT / "driver").read_text().strip()
    yield ("buildah", "--root", str(KEPT / "root"), "--runroot", str(KEPT / "run"), "--storage-driver", driver)
    subprocess.run(["umount", KEPT / "root" / "overlay"], capture_output=True)  # else it could not be removed


@pytest.fixture(scope="module")
def container(images: tuple[str, ...]) -> Iterator[Container]:
    made = subprocess.run([*images, "from", IMAGE], check=True, capture_output=True, text=True)
    name = made.stdout.strip()
    yield Container(images, name)
    subprocess.run([*images, "rm", name], check=True, capture_output=True)


@pytest.fixture(scope="module")
def configuration(images: tuple[str, ...]) -> Any:
    """What the image says of itself."""
    said = subprocess.run([*images, "inspect", "--type", "image", IMAGE], check=True, capture_output=True, text=True)
    return json.loads(said.stdout)["Docker"]["config"]


def test_it_runs_as_nobody_in_particular(container: Container, configuration: Any) -> None:
    assert configuration["User"] == f"{USER}:{USER}"
    ids = "import os; print(os.getuid(), os.getgid(), os.getgroups())"
    assert container.run("python", "-c", ids).split()[:2] == [str(USER), str(USER)]
    writable = "import os, sys; print([path for path in sys.argv[1:] if os.access(path, os.W_OK)])"
    paths = [f"/opt/cin{name}" for name in ("", "/venv", "/dagster", "/state")]
    assert container.run("python", "-c", writable, *paths).strip() == "['/opt/cin/dagster', '/opt/cin/state']"


def test_it_holds_nothing_of_the_builder(container: Container) -> None:
    """Neither pip's settings nor the certificates that the build was lent, nor sources, nor tests."""
    look = "import os; print([p for p in ('/etc/pip.conf', '/src', '/root/.cache') if os.path.exists(p)])"
    assert container.run("python", "-c", look).strip() == "[]"
    container.run("python", "-c", "import cin_pipeline_tests", code=1)
    container.run("python", "-m", "pip", "--version", code=1)


def test_a_run_on_a_small_folder(container: Container) -> None:
    folder = "/tmp/returns"  # noqa: S108 - in the container
    synthesised = ("synthesise", "--year", "2017", "--scale", "0.005", "--seed", "1", "--la", "201", "--la", "202")
    container.run("cin-pipeline", *synthesised, "--out", folder)
    said = container.run(
        "cin-pipeline", "run", "--landing", folder, "--year", "2017", "--output", "/opt/cin/state/results"
    )
    assert "/opt/cin/state/results/measures.csv" in said
    lines = "print(len(open('/opt/cin/state/results/measures.csv').readlines()))"
    assert int(container.run("python", "-c", lines)) > 100


def test_doctor_finds_nothing_in_it(container: Container) -> None:
    """But for what the machine that it is tried on may lack: room on the disk."""
    script = "import subprocess, sys; print(subprocess.run(sys.argv[1:], capture_output=True, text=True).stdout)"
    looks = json.loads(container.run("python", "-c", script, "cin-pipeline", "doctor", "--json"))
    assert len(looks) > 10
    assert [each for each in looks if each["mark"] != "sound" and each["look"] != "disk"] == []


def test_its_own_command_serves_and_its_health_is_asked(container: Container, configuration: Any) -> None:
    """What the image runs when nothing is said, on another port than its own."""
    port = str(free_port())
    command = [word.replace("3000", port).replace("0.0.0.0", "127.0.0.1") for word in configuration["Cmd"]]  # noqa: S104
    [kind, *probe] = [word.replace("3000", port) for word in configuration["Healthcheck"]["Test"]]
    assert (kind, command[:2]) == ("CMD", ["dagster-webserver", "--read-only"])
    container.run(*probe, code=1)
    server = subprocess.Popen(
        container.words("timeout", "120", *command, *SAYS_WHEN),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert server.stdout is not None
    try:
        assert any(LISTENS in line for line in server.stdout), "it ended before it served"
        container.run(*probe)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.communicate()


def test_every_command_of_the_files_is_one_in_the_image(container: Container) -> None:
    """Of the compose file and of the manifests, probes included: each with each of its options."""
    asked = {each.words: each.at for each in commands()}
    said = container.run("python", "-c", LOOK, given=json.dumps(list(asked))).splitlines()
    ended = {words: json.loads(line) for words, line in zip(asked, said, strict=True)}
    failed = {words: text for words, (code, text) in ended.items() if code}
    assert failed == {}

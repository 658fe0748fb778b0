"""Rules about the code itself: layers, what imports what, what the package may never name."""

import ast
import re
import subprocess
import sys
from collections.abc import Collection
from itertools import pairwise
from pathlib import Path

import pytest

import cin_pipeline

PACKAGE = Path(cin_pipeline.__file__).parent
ROOT = PACKAGE.parent

# What each package may import of the others (itself always).
LAYERS = {
    "tables": set(),
    "reference": set(),
    "census": {"tables", "reference"},
    "pages": set(),
    "validation": {"tables", "reference", "census", "pages"},
    "methodology": {"tables", "reference", "census"},
    "synthetic": {"reference", "census"},
    "publication": {"tables", "reference", "census", "methodology", "validation", "pages"},
    "settings": {"census"},
    "store": {"tables", "reference", "census", "methodology", "settings"},
    "notices": {"reference", "census", "settings"},
    "answers": {"reference", "census", "validation", "methodology", "settings", "store"},
    "analysis": {"tables", "reference", "census", "methodology", "validation", "publication", "settings", "store"},
    "outputs": {"tables", "reference", "census", "validation", "methodology", "publication", "settings", "store"},
    "orchestration": {
        "tables",
        "reference",
        "census",
        "validation",
        "methodology",
        "publication",
        "settings",
        "store",
        "answers",
        "outputs",
        "notices",
    },
    "doctor": {"settings", "store", "orchestration"},
    "cli": {
        "doctor",
        "reference",
        "census",
        "validation",
        "methodology",
        "publication",
        "synthetic",
        "store",
        "answers",
        "analysis",
        "outputs",
        "orchestration",
        "settings",
    },
    "definitions": {"orchestration", "settings"},
}
# What alone may import a package, where that is less than the packages above: returns of children who do not exist are
# made by the commands that say so, and by nothing else that is installed.
IMPORTED_BY = {"synthetic": {"cli/synthesise.py", "cli/replay.py"}}
PURE = ("reference", "census", "pages", "validation", "methodology", "publication")
PURE = ("tables", "reference", "census", "pages", "validation", "methodology", "publication")
FORBIDDEN_IN_PURE = {"os", "time", "random", "socket", "subprocess", "requests", "urllib"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def package_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_layers(path: Path) -> None:
    package, imported = package_of(path), imports_of(path)
    if package == "__init__":
        assert not any(name.startswith("cin_pipeline.") for name in imported)
        return
    others = {name.split(".")[1] for name in imported if name.startswith("cin_pipeline.")}
    assert others - {package} <= LAYERS[package]
    if package not in ("orchestration",):
        assert not any(name.split(".")[0].startswith("dagster") for name in imported)
    if package in PURE:
        assert not {name.split(".")[0] for name in imported} & FORBIDDEN_IN_PURE


def test_no_circle_of_imports() -> None:
    """Also within a package, and not hidden in a function."""
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in MODULES}
    left = {name: modules_imported(path, names.keys()) - {name} for name, path in names.items()}
    while free := [name for name, imported in left.items() if not imported & left.keys()]:
        for name in free:
            del left[name]
    assert not left


def modules_imported(path: Path, modules: Collection[str]) -> set[str]:
    """`from a.b import c` is about a.b.c where that is a module, else about a.b."""
    nodes = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.ImportFrom)]
    both = [(node.module, f"{node.module}.{alias.name}") for node in nodes for alias in node.names]
    return {inner if inner in modules else str(outer) for outer, inner in both}


@pytest.mark.parametrize(("package", "modules"), IMPORTED_BY.items())
def test_only_named_modules_import(package: str, modules: set[str]) -> None:
    """Beside the package itself. Benchmarks and tests are no part of what is installed."""
    importing = {
        path.relative_to(PACKAGE).as_posix()
        for path in MODULES
        if package_of(path) != package
        and any(f"{name}.".startswith(f"cin_pipeline.{package}.") for name in imports_of(path))
    }
    assert importing == modules


@pytest.mark.parametrize("package", [name for name in LAYERS if name not in ("orchestration", "definitions")])
def test_nothing_else_brings_dagster_along(package: str) -> None:
    """Also not through something it imports: checked in a fresh process."""
    code = f"import sys, cin_pipeline.{package}; sys.exit('dagster' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def ours_imported_by(path: Path) -> set[str]:
    """Modules of the package that a module imports, by way of others too."""
    found, waiting = set[str](), [path]
    while waiting:
        for name in imports_of(waiting.pop()):
            module = PACKAGE.parent / name.replace(".", "/")
            for source in (module.with_suffix(".py"), module / "__init__.py"):
                if name.startswith("cin_pipeline.") and name not in found and source.exists():
                    found.add(name)
                    waiting.append(source)
    return found


WRITER = ("open_data", "release_tables", "categories", "declaring", "symbols", "changes")
SCREENING = "cin_pipeline.publication.screening"


@pytest.mark.parametrize("writer", WRITER)
def test_who_writes_open_data_takes_no_word_from_what_checks_it(writer: str) -> None:
    imported = ours_imported_by(PACKAGE / "publication" / f"{writer}.py")
    assert not {name for name in imported if name.startswith(SCREENING)}


def test_what_checks_open_data_takes_no_word_from_who_writes_it() -> None:
    """It shares only the list of LAs, which is the Department's."""
    checker = [path for path in MODULES if "screening" in path.relative_to(PACKAGE).as_posix()]
    assert checker
    imported = {name for path in checker for name in ours_imported_by(path) if not name.startswith(SCREENING)}
    assert imported - {"cin_pipeline.publication"} <= {
        "cin_pipeline.reference", "cin_pipeline.reference.authorities", "cin_pipeline.reference.data_files",
    }  # fmt: skip


POSIX_MODULES = {
    "crypt", "fcntl", "grp", "nis", "posix", "pty", "pwd", "readline", "resource", "spwd", "syslog", "termios", "tty",
}  # fmt: skip
POSIX_NAMES = {
    "os": {
        "chown", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid", "getgid", "getloadavg", "getpgid",
        "getuid", "initgroups", "killpg", "lchown", "major", "mkfifo", "mknod", "nice", "O_CLOEXEC", "O_DIRECTORY",
        "O_NOFOLLOW", "O_NONBLOCK", "pread", "pwrite", "sched_getaffinity", "setegid", "seteuid", "setgid", "setsid",
        "setuid", "statvfs", "sysconf", "uname", "wait", "waitid", "WNOHANG",
    },
    "signal": {"alarm", "pause", "setitimer", "SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGUSR1", "SIGUSR2"},
}  # fmt: skip
IMPORT_ALL = """
import builtins, pkgutil, sys
import cin_pipeline
taken, posix = builtins.__import__, set(sys.argv[1:])
def guarded(name, globals=None, *more, **options):
    if name in posix and (globals or {}).get("__name__", "").startswith("cin_pipeline"):
        raise ImportError(name)
    return taken(name, globals, *more, **options)
builtins.__import__ = guarded
for module in pkgutil.walk_packages(cin_pipeline.__path__, "cin_pipeline."):
    if module.name not in ("cin_pipeline.store.migrations.env", "cin_pipeline.definitions"):
        taken(module.name)
"""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_is_of_posix_alone(path: Path) -> None:
    """The officers of LAs sit at Windows: nothing there is missing."""
    assert not {name.split(".")[0] for name in imports_of(path)} & POSIX_MODULES
    used = {
        (node.value.id, node.attr)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    assert not {(module, name) for module, name in used if name in POSIX_NAMES.get(module, ())}


def test_every_module_loads_where_there_is_no_posix() -> None:
    """Also what is imported in a roundabout way; other packages see to themselves."""
    command = [sys.executable, "-c", IMPORT_ALL, *POSIX_MODULES]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_locks_name_no_address_and_hash_every_package() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        assert not any(
            line.startswith(("-i", "--index", "--extra-index", "-f", "--find")) for line in text.splitlines()
        )
        pinned = [line for line in text.splitlines() if "==" in line]
        assert len(pinned) > 50
        assert text.count("--hash=sha256:") >= len(pinned)


def test_every_dependency_range_has_its_reason() -> None:
    text = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    listings = re.findall(r"^(?:install_requires|test) =\n((?:    .*\n)+)", text, re.MULTILINE)
    assert len(listings) == 2
    for listing in listings:
        lines = listing.split("\n")[:-1]
        assert all(line.startswith("    #") for before, line in pairwise(["    -", *lines]) if "#" not in before)


def test_no_tool_dagster_table() -> None:
    """It would silently win over workspace.yaml."""
    assert "\n[tool.dagster]" not in (ROOT / "pyproject.toml").read_text(encoding="utf-8")

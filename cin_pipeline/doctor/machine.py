"""This machine: what is set and installed, room on its disks, what may be written."""

import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path

from cin_pipeline.doctor.looking import Case, Finding, look_at, sound, wrong
from cin_pipeline.settings import declared

PACKAGE = "cin_pipeline"
# A full-size England of two years takes 2 GB of returns and as much again of row tables.
LITTLE_BYTES, TOO_LITTLE_BYTES = 5 * 10**9, 2 * 10**8
_OTHERS_WRITE = 0o022  # of a mode: group and others


def configuration(case: Case) -> Iterator[Finding]:
    """Every fault, not the first alone."""
    for fault in case.faults.values():
        yield wrong(fault, "set the variable as it says, or take it away")
    if not case.faults:
        given = sorted(each.variable for _, each in declared() if case.environ.get(each.variable))
        yield sound(f"set here: {', '.join(given)}" if given else "nothing is set: all is kept in the state directory")


def versions(_case: Case) -> Iterator[Finding]:
    """Python and the packages, as this package asks for them."""
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

    try:
        about = metadata(PACKAGE)
    except PackageNotFoundError:
        yield look_at(f"{PACKAGE} is run from its source and not installed", "install it from its locks (make, or pip)")
        return
    wanted = SpecifierSet(str(about.json.get("requires_python", "")))
    if platform.python_version() not in wanted:
        yield wrong(f"Python is {platform.python_version()}", f"use Python {wanted}")
    odd = False
    for each in map(Requirement, about.get_all("Requires-Dist") or ()):
        if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in ("", "server")):
            found = _installed(each.name)
            needed = each.marker is None or each.marker.evaluate({"extra": ""})
            if (found is None and needed) or (found is not None and found not in each.specifier):
                odd = True
                yield look_at(
                    f"{each.name} is {found or 'not installed'}; {each.specifier or 'any'} was expected",
                    "install what the locks in requirements/ name",
                )
    if not odd:
        dagster = _installed("dagster")
        yield sound(f"{PACKAGE} {about['Version']}, Dagster {dagster}, Python {platform.python_version()}")


def disk(case: Case) -> Iterator[Finding]:
    """Free space where the state, the objects and temporary files are."""
    places = {"state": case.settings.state, "temporary files": Path(tempfile.gettempdir())}
    free = {name: shutil.disk_usage(existing(path)).free for name, path in places.items()}
    told = ", ".join(f"{name} {bytes_free / 10**9:,.1f} GB" for name, bytes_free in free.items())
    if min(free.values()) < TOO_LITTLE_BYTES:
        yield wrong(f"hardly any space is free: {told}", "make room before anything is run")
    elif min(free.values()) < LITTLE_BYTES:
        yield look_at(f"little space is free: {told}", "a full England of two years takes some 5 GB: make room")
    else:
        yield sound(f"free: {told}")


def permissions(case: Case) -> Iterator[Finding]:
    """Whether state and DAGSTER_HOME can be written, and who else may."""
    for name, path in (("the state", case.settings.state), ("DAGSTER_HOME", case.settings.dagster_home)):
        there = existing(path)
        if not there.is_dir():
            which = "which" if there == path else f"but {there}"
            yield wrong(f"{name} is {path}, {which} is a file; a directory was expected", "name another")
        elif not os.access(there, os.W_OK | os.X_OK):
            made = "" if there == path else f", in which {path} would be made,"
            yield wrong(f"{there}{made} cannot be written", "give it to the user that runs this")
        elif path.is_dir() and os.name != "nt" and path.stat().st_mode & _OTHERS_WRITE:
            yield look_at(f"{path} may be written by other users of this machine", f"chmod go-w {path}")
        else:
            yield sound(f"{name} can be written: {path}{'' if path.is_dir() else ' (to be made)'}")
    if os.name != "nt" and (mask := _umask()) & _OTHERS_WRITE != _OTHERS_WRITE:
        yield look_at(f"umask is {mask:03o}: other users may write what is made", "umask 027 before it is started")


def existing(path: Path) -> Path:
    """The path, or the nearest above it that is there."""
    return next(each for each in (path, *path.parents) if each.exists())


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _umask() -> int:
    mask = os.umask(0o077)  # it can only be read by setting it
    os.umask(mask)
    return mask

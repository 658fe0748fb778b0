"""A state with the returns of three LAs and some years, made once and copied."""

from pathlib import Path
from shutil import copytree

import pytest

from cin_pipeline.settings import Settings
from cin_pipeline_tests.support.analysed import some_years
from cin_pipeline_tests.support.stored import Office


@pytest.fixture(scope="session")
def whole_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("analysis")
    office = Office(Settings.from_environment({}, state=directory / "state"))
    some_years(office, directory / "files")
    office.state.close()
    return directory / "state"


@pytest.fixture
def office(tmp_path: Path, whole_state: Path) -> Office:
    copytree(whole_state, tmp_path / "state")
    made = Office(Settings.from_environment({}, state=tmp_path / "state"))
    made.received = 7
    return made

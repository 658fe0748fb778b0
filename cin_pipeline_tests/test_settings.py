"""Settings come from the environment; a wrong one names its variable."""

from pathlib import Path

import pytest

from cin_pipeline.settings import Settings


def test_defaults_lie_in_the_state(tmp_path: Path) -> None:
    settings = Settings.from_environment({"CIN_STATE": str(tmp_path)})
    assert settings.database == f"sqlite:///{tmp_path / 'cin.db'}"
    assert settings.dagster_home == tmp_path / "dagster"
    assert Settings.from_environment({}, default_state=tmp_path) == settings
    assert Settings.from_environment({"CIN_STATE": "elsewhere"}, state=tmp_path) == settings


def test_settings_survive_the_way_to_another_process(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        {
            "CIN_STATE": str(tmp_path),
            "CIN_DATABASE": "postgresql+psycopg2://u:secret@h/d",
            "CIN_WORKERS": "3",
            "CIN_EXECUTOR": "multiprocess",
            "CIN_RULES_REMOVED": "8841, 8530Q",
            "CIN_INBOX": str(tmp_path / "in box"),
            "CIN_YEARS": "2017, 2018",
            "CIN_SENSORS": "on",
            "CIN_QUIET_SECONDS": "9",
        }
    )
    assert Settings.from_environment(settings.environment()) == settings
    assert settings.rules_removed == {"8841", "8530Q"}
    assert "secret" not in repr(settings)
    assert (settings.years, settings.sensors, settings.quiet_seconds) == ({2017, 2018}, True, 9)


def test_a_wrong_year_is_named_with_what_was_expected() -> None:
    with pytest.raises(ValueError, match="CIN_YEARS names '1999'; years from 2014"):
        Settings.from_environment({"CIN_YEARS": "2017,1999"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CIN_WORKERS", "0"),
        ("CIN_WORKERS", "two"),
        ("CIN_MAX_RETURN_BYTES", "-1"),
        ("CIN_EXECUTOR", "celery"),
        ("CIN_SENSORS", "yes"),
        ("CIN_TICK_SECONDS", "0"),
    ],
)
def test_a_wrong_setting_is_named_with_what_was_expected(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is '{value}'; .* was expected"):
        Settings.from_environment({name: value})

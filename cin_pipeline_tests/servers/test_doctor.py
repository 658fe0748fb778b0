"""The doctor at a real bucket."""

from pathlib import Path

import pytest

from cin_pipeline_tests.doctor.test_doctor import looked_at, only

pytestmark = pytest.mark.usefixtures("bucket_keys")


@pytest.fixture(autouse=True)
def _empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("changed", "mark", "said"),
    [
        ({}, "sound", "s3://cin/kept: put, refused a second time, listed, got and deleted"),
        ({"AWS_SECRET_ACCESS_KEY": "s3cret"}, "wrong", "the bucket refuses this"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "wrong", "cannot be used (GenericError)"),
        ({"AWS_ENDPOINT_URL": "s3cret"}, "wrong", "AWS_ENDPOINT_URL is no address"),
        ({"CIN_OBJECTS": "gs://cin"}, "not looked at", "CIN_OBJECTS is wrong"),
    ],
)
def test_a_bucket(changed: dict[str, str], mark: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIN_OBJECTS", "s3://cin/kept")
    for name, value in changed.items():
        monkeypatch.setenv(name, value)
    found = only(looked_at(code=0 if mark == "sound" else 1), "objects")
    assert found[0] == mark, found
    assert said in found[1], found


def test_an_inbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIN_INBOX", "s3://cin/inbox")
    assert only(looked_at(code=0), "inbox") == ("sound", "s3://cin/inbox can be read")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    assert only(looked_at(code=1), "inbox")[0] == "wrong"

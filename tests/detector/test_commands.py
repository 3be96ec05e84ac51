"""How the commands of the detector end, whatever they do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated

import pytest
import typer

from detector.commands import run_command
from detector.errors import DataError


def ended(main: Callable[..., None], monkeypatch: pytest.MonkeyPatch, *args: str) -> int:
    """The exit code of a command with these options."""
    monkeypatch.setattr("sys.argv", ["command", *args])
    with pytest.raises(SystemExit) as exit_:
        run_command(main)
    assert isinstance(exit_.value.code, int)
    return exit_.value.code


def measure(boxes: Annotated[int, typer.Option(help="how many")] = 3) -> None:
    """Prints figures."""
    typer.echo(json.dumps({"boxes": boxes}))


def test_one_that_is_done_ends_with_0(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(measure, monkeypatch, "--boxes", "5") == 0
    assert json.loads(capsys.readouterr().out) == {"boxes": 5}


def test_help_ends_with_0(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(measure, monkeypatch, "--help") == 0
    assert "Prints figures." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--boxes", "many"), "Invalid value for '--boxes'"),
        (("--box", "1"), "No such option: --box"),
        (("5",), "Got unexpected extra argument"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_wrong_use_ends_with_2_and_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], args: tuple[str, ...], said: str
) -> None:
    assert ended(measure, monkeypatch, *args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(said)
    assert err.endswith("--help` lists its options.\n")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (DataError("data_missing", path="a.json"), 3, "There is no data file 'a.json'. Give the path of a COCO"),
        (KeyboardInterrupt(), 130, "Interrupted; what was done is kept."),
    ],
    ids=["an error", "Ctrl-C"],
)
def test_what_ends_it_early_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    said: str,
) -> None:
    def broken() -> None:
        raise error

    assert ended(broken, monkeypatch) == code
    err = capsys.readouterr().err
    assert err.startswith(said)
    assert len(err.splitlines()) == 1

from __future__ import annotations

from pathlib import Path

import pytest

from detector.engines.candidate import Candidate
from detector.engines.remembered import MOST, Measured, Remembered, key_of, model_key
from tests.detector.small_model import small_info

ONE, TWO = Candidate("openvino", "CPU", "int8", 1), Candidate("torch", "cuda", "auto")
MEASURED = Measured(TWO, ((TWO, 1.5), (ONE, 9.25)), frozenset((ONE, TWO)))


def test_what_is_saved_is_there_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "new" / "engines.json"
    memory = Remembered(path)
    memory.keep_measured("m", MEASURED)
    memory.keep_checked("c")
    assert not path.exists()
    memory.save()
    again = Remembered(path)
    assert again.measured("m") == MEASURED
    assert again.measured("other") is None
    assert (again.is_checked("c"), again.is_checked("d")) == (True, False)


def test_two_programs_do_not_forget_each_others(tmp_path: Path) -> None:
    first, second = Remembered(tmp_path / "e.json"), Remembered(tmp_path / "e.json")
    first.keep_checked("a")
    second.keep_checked("b")
    first.save()
    second.save()
    assert all(Remembered(tmp_path / "e.json").is_checked(key) for key in "ab")


def test_the_oldest_are_forgotten(tmp_path: Path) -> None:
    memory = Remembered(tmp_path / "e.json")
    for i in range(MOST + 3):
        memory.keep_checked(str(i))
    memory.save()
    again = Remembered(tmp_path / "e.json")
    assert [again.is_checked(str(i)) for i in (2, 3, MOST + 2)] == [False, True, True]


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"measured": 3}', b"\xff\xfe", b'{"measured": {"m": {}}}'])
def test_a_damaged_file_counts_as_empty_and_is_written_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "e.json"
    path.write_bytes(content)
    memory = Remembered(path)
    assert memory.measured("m") is None
    memory.keep_measured("m", MEASURED)
    memory.save()
    assert Remembered(path).measured("m") == MEASURED


def test_a_file_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    memory = Remembered(tmp_path / "file" / "e.json")
    memory.keep_checked("a")
    memory.save()
    assert memory.is_checked("a")


def test_another_machine_model_or_shape_is_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {
        model_key(small_info(), (64, 96), "auto", "auto"),
        model_key(small_info(), (96, 64), "auto", "auto"),
        model_key(small_info(), None, "auto", "auto"),
        model_key(small_info(), (64, 96), "cpu", "auto"),
        model_key(small_info("resnet34"), (64, 96), "auto", "auto"),
    }
    assert len(keys) == 5
    before = key_of("x")
    monkeypatch.setattr("detector.engines.remembered.machine", lambda: ("another CPU", "2"))
    assert key_of("x") != before

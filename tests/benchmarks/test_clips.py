"""The marks of the sample clips, and how boxes are counted against them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from benchmarks.clips import __main__ as command
from benchmarks.clips.errors import MESSAGES, ClipError
from benchmarks.clips.marks import CLASSES, MARKS, Clip, Mark, Marks, check_clips, read_frames, read_marks
from benchmarks.clips.scoring import match, score_clip
from benchmarks.clips.sheets import sheet_name, write_sheets
from detector.types import Detections
from tests.detector.small_model import add_openvino_network, save_small_model

NAMES = ("person", "bottle", "cup", "chair", "face")
LEVELS = range(20, 240, 20)  # grey of each frame of the written clip


def found(*boxes: tuple[str, Sequence[float]], frame_index: int = 0) -> Detections:
    return Detections(
        xyxy=np.array([b for _, b in boxes], np.float32).reshape(-1, 4),
        scores=np.linspace(0.9, 0.8, len(boxes), dtype=np.float32),
        class_ids=np.array([NAMES.index(n) for n, _ in boxes], np.int64),
        predicted=np.zeros(len(boxes), np.bool_),
        frame_index=frame_index,
        class_names=NAMES,
    )


def clip_of(*marks: Mark, also_there: tuple[str, ...] = ()) -> Clip:
    return Clip("a.mp4", "", (100, 100), also_there, {0: marks})


def box(*xyxy: float) -> np.ndarray:
    return np.array([xyxy], np.float32)


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """A folder with one clip, 160x96, each frame of another grey."""
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height = 160, 96
        for level in LEVELS:
            picture = av.VideoFrame.from_ndarray(np.full((96, 160, 3), level, np.uint8), format="bgr24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return tmp_path


def marks_of(folder: Path, frames: dict[int, tuple[Mark, ...]]) -> Marks:
    digest = hashlib.sha256((folder / "a.mp4").read_bytes()).hexdigest()
    return Marks("example.org", (Clip("a.mp4", digest, (160, 96), (), frames),))


def test_the_committed_marks_are_of_eight_clips_thirty_frames_each() -> None:
    marks = read_marks()
    assert [len(clip.frames) for clip in marks.clips] == [30] * 8
    drawn = [mark for clip in marks.clips for frame in clip.frames.values() for mark in frame]
    assert {mark.name for mark in drawn} == set(CLASSES)
    assert all((MARKS.parent / "sheets" / sheet_name(clip)).is_file() for clip in marks.clips)


def test_a_mark_is_found_once_and_a_second_box_on_it_is_false() -> None:
    marks = [Mark("person", (10, 10, 50, 90), False)]
    twice = np.concatenate([box(10, 10, 50, 88), box(11, 10, 50, 90)])
    assert match(twice, marks, 0.5) == (1, 1)


def test_a_loose_box_finds_its_mark_only_at_the_lower_overlap() -> None:
    marks = [Mark("person", (0, 0, 40, 40), False)]
    assert match(box(0, 0, 100, 40), marks, 0.5) == (0, 1)
    assert match(box(0, 0, 100, 40), marks, 0.3) == (1, 0)


def test_each_box_takes_the_mark_that_it_overlaps_most() -> None:
    marks = [Mark("person", (0, 0, 40, 40), False), Mark("person", (10, 0, 50, 40), False)]
    assert match(np.concatenate([box(9, 0, 49, 40), box(1, 0, 41, 40)]), marks, 0.5) == (2, 0)


def test_boxes_mostly_in_an_ignored_region_are_neither_found_nor_false() -> None:
    marks = [Mark("person", (0, 0, 40, 40), True)]
    assert match(box(0, 0, 20, 60), marks, 0.5) == (0, 0)
    assert match(box(0, 0, 20, 90), marks, 0.5) == (0, 1)


def test_without_boxes_or_marks_nothing_is_counted() -> None:
    assert match(np.zeros((0, 4), np.float32), [Mark("person", (0, 0, 40, 40), False)], 0.5) == (0, 0)
    assert match(np.zeros((0, 4), np.float32), [], 0.5) == (0, 0)


def test_boxes_of_classes_that_are_off_are_never_false() -> None:
    stray = found(("person", (0, 0, 9, 9)), ("bottle", (0, 0, 9, 9)), ("cup", (0, 0, 9, 9)))
    tally = score_clip(clip_of(), [stray], ("person",), 0.5)
    assert dict(tally.false) == {"person": 1}


def test_boxes_of_other_classes_are_false_unless_such_things_are_there_and_faces_are_left_out() -> None:
    stray = found(("cup", (0, 0, 9, 9)), ("chair", (0, 0, 9, 9)), ("face", (0, 0, 9, 9)))
    tally = score_clip(clip_of(also_there=("chair",)), [stray], NAMES, 0.5)
    assert +tally.false == {"cup": 1}
    assert tally.not_judged == {"chair": 1}


def test_a_mark_of_another_class_is_not_found() -> None:
    marks = clip_of(Mark("bottle", (0, 0, 9, 9), False), Mark("bottle", (20, 0, 29, 9), True))
    tally = score_clip(marks, [found(("person", (0, 0, 9, 9)))], ("person", "bottle"), 0.5)
    assert (tally.marked["bottle"], tally.found["bottle"], tally.false["person"]) == (1, 0, 1)


def test_frames_are_read_by_their_index(clips: Path) -> None:
    clip = marks_of(clips, {1: (), 4: (), 10: ()}).clips[0]
    frames = list(read_frames(clip, clips))
    assert [f.index for f in frames] == [1, 4, 10]
    assert [float(f.image.mean()) for f in frames] == pytest.approx([LEVELS[1], LEVELS[4], LEVELS[10]], abs=8)


def test_a_clip_that_ends_before_a_marked_frame_is_said_in_one_sentence(clips: Path) -> None:
    with pytest.raises(ClipError, match="it ends before frame 99"):
        list(read_frames(marks_of(clips, {99: ()}).clips[0], clips))


def test_a_missing_clip_is_named(clips: Path) -> None:
    marks = marks_of(clips, {})
    (clips / "a.mp4").unlink()
    with pytest.raises(ClipError, match=r"'.*a\.mp4' is missing\. Get it from example\.org"):
        check_clips(marks, clips)


def test_another_file_under_the_clips_name_is_refused(clips: Path) -> None:
    marks = marks_of(clips, {})
    check_clips(marks, clips)
    with (clips / "a.mp4").open("ab") as file:
        file.write(b"more")
    with pytest.raises(ClipError, match="is not the one that was marked"):
        check_clips(marks, clips)


def test_a_file_that_is_no_video_is_said_in_one_sentence(clips: Path) -> None:
    (clips / "a.mp4").write_bytes(b"no video" * 100)
    with pytest.raises(ClipError, match=r"cannot be read: .*\. Copy it again\.$"):
        list(read_frames(marks_of(clips, {0: ()}).clips[0], clips))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"xyxy": [5, 5, 500, 20]}, "lies outside 160x96"),
        ({"xyxy": [5, 5, 5, 20]}, "has no area"),
        ({"xyxy": [5, 5]}, "not enough values"),
        ({"class": "dog"}, "class must be one of person, bottle, hand"),
    ],
)
def test_marks_that_cannot_be_are_refused(tmp_path: Path, change: dict[str, object], reason: str) -> None:
    drawn = {"class": "person", "xyxy": [1, 1, 9, 9], "ignore": False} | change
    frames = [{"index": 0, "objects": [drawn]}]
    clip = {"name": "a.mp4", "sha256": "", "size": [160, 96], "also_there": [], "frames": frames}
    path = tmp_path / "marks.json"
    path.write_text(json.dumps({"source": "", "clips": [clip]}))
    with pytest.raises(ClipError, match=reason):
        read_marks(path)


def test_damaged_marks_are_said_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "marks.json"
    for content in ("{", "{}", "[]"):
        path.write_text(content)
        with pytest.raises(ClipError, match="cannot be read"):
            read_marks(path)
    assert all(what.endswith(".") and remedy.endswith(".") for what, remedy in MESSAGES.values())


def test_a_sheet_shows_each_frame(clips: Path, tmp_path: Path) -> None:
    marks = marks_of(clips, dict.fromkeys(range(6), (Mark("hand", (20, 20, 90, 80), True),)))
    write_sheets(marks, clips, tmp_path / "sheets")
    picture = cv2.imread(str(tmp_path / "sheets" / "a.jpg"))
    assert picture is not None
    assert picture.shape == (2 * round(96 * 384 / 160), 5 * 384, 3)  # two rows of five


def test_the_command_writes_what_was_found(
    clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    marks = marks_of(clips, {0: (Mark("person", (10, 10, 60, 80), False), Mark("hand", (1, 1, 30, 30), False)), 3: ()})
    monkeypatch.setattr(command, "read_marks", lambda: marks)
    model = add_openvino_network(save_small_model(tmp_path / "m.safetensors", classes_on=("person",)))
    command.main(clips, model, tmp_path / "out")
    written = json.loads((tmp_path / "out" / "clips.json").read_text("utf-8"))
    assert written["classes"] == {"person": "on", "bottle": "off", "hand": "unknown"}
    rows = written["results"]["iou_0.5"]
    assert [row["clip"] for row in rows] == ["a.mp4", "all"]
    assert (rows[1]["frames"], rows[1]["marked"], rows[1]["classes"]["hand"]) == (2, 2, {"marked": 1, "found": 0})
    assert capsys.readouterr().out.strip() == (tmp_path / "out" / "clips.md").read_text("utf-8").strip()

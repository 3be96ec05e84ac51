"""The tables, read back as others would read them."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from faster_coco_eval import COCO

from camapp.errors import RecordingError
from camapp.live.recording.coco_log import CocoLog
from camapp.live.recording.logs import COLUMNS, CsvLog, JsonlLog
from camapp.live.recording.sink import Sink
from camapp.live.recording.video_sinks import PictureSink, VideoSink, write_picture
from detector.types import Detections, Frame
from tests.camapp.live.fakes import numbered_frames, some_boxes


def write_two_frames(sink: Sink) -> None:
    first, second = numbered_frames(2)
    detected = replace(some_boxes(0, [(10, 20.25, 50, 70.5), (1, 2, 3, 4)]), track_ids=np.array([7, 8], np.int64))
    sink.write(first, detected)
    sink.write(second, some_boxes(0, class_id=1, score=0.123456).carried_to(1))
    sink.close()


def test_the_csv_has_one_header_and_one_row_a_box(tmp_path: Path) -> None:
    write_two_frames(CsvLog(tmp_path / "boxes.csv"))
    with (tmp_path / "boxes.csv").open(newline="", encoding="utf-8") as file:
        header, *table = csv.reader(file)
    assert tuple(header) == COLUMNS
    assert table == [
        ["0", "0.0", "person", "0.9", "10.0", "20.2", "40.0", "50.2", "7", "0"],
        ["0", "0.0", "person", "0.9", "1.0", "2.0", "2.0", "2.0", "8", "0"],
        ["1", "0.033", "bottle", "0.1235", "10.0", "20.0", "40.0", "50.0", "", "1"],
    ]


def test_json_lines_have_the_same_keys_and_plain_numbers(tmp_path: Path) -> None:
    write_two_frames(JsonlLog(tmp_path / "boxes.jsonl"))
    lines = [json.loads(line) for line in (tmp_path / "boxes.jsonl").read_text().splitlines()]
    assert [tuple(line) for line in lines] == [COLUMNS] * 3
    assert lines[0]["track_id"] == 7
    assert lines[2] == {
        "frame": 1, "time_s": 0.033, "class": "bottle", "score": 0.1235,
        "x": 10.0, "y": 20.0, "w": 40.0, "h": 50.0, "track_id": None, "predicted": 1,
    }  # fmt: skip


def test_a_frame_without_objects_leaves_a_table_with_its_header_alone(tmp_path: Path) -> None:
    log = CsvLog(tmp_path / "boxes.csv")
    log.write(numbered_frames(1)[0], Detections.empty(0))
    log.close()
    assert (tmp_path / "boxes.csv").read_text() == ",".join(COLUMNS) + "\n"


def test_rows_are_on_the_disk_before_the_log_is_closed(tmp_path: Path) -> None:
    log = CsvLog(tmp_path / "boxes.csv")
    log.write(numbered_frames(1)[0], some_boxes(0))
    assert (tmp_path / "boxes.csv").read_text().count("\n") == 2
    log.close()


def test_coco_is_read_by_the_usual_library(tmp_path: Path) -> None:
    write_two_frames(CocoLog(tmp_path / "coco.json", ["a.jpg", "b.jpg"].__getitem__))
    coco = COCO(str(tmp_path / "coco.json"))
    assert [image["file_name"] for image in coco.loadImgs(coco.getImgIds())] == ["a.jpg", "b.jpg"]
    assert coco.imgs[0]["width"] == 160
    assert coco.imgs[0]["height"] == 96
    assert [c["name"] for c in coco.loadCats(coco.getCatIds())] == ["person", "bottle"]
    boxes = coco.loadAnns(coco.getAnnIds(imgIds=[0]))
    assert boxes[0]["bbox"] == [10.0, 20.2, 40.0, 50.2]
    assert boxes[0]["score"] == 0.9
    assert boxes[0]["area"] == pytest.approx(40 * 50.2)
    (last,) = coco.loadAnns(coco.getAnnIds(imgIds=[1]))
    assert coco.cats[last["category_id"]]["name"] == "bottle"
    assert last["predicted"] == 1


def test_coco_that_is_killed_has_all_but_the_last_two_seconds(tmp_path: Path) -> None:
    path, kept = tmp_path / "coco.json", [0]
    now_s = 0.0
    log = CocoLog(path, clock=lambda: now_s)
    for frame in numbered_frames(20):
        now_s = frame.index / 4
        log.write(frame, some_boxes(frame.index, [(1, 2, 3, 4)] * 2))
        if path.exists():  # as it is on the disk at any moment
            coco = COCO(str(path))
            assert len(coco.getAnnIds()) == 2 * len(coco.getImgIds())
            kept.append(len(coco.getImgIds()))
        assert kept[-1] > frame.index - 8
    assert [file.name for file in tmp_path.iterdir()] == ["coco.json"]
    log.close()
    assert len(COCO(str(path)).getImgIds()) == 20


@pytest.mark.skipif(sys.platform == "win32", reason="file sizes are limited by POSIX means")
def test_coco_for_which_the_room_runs_out_is_as_it_was_saved_last(tmp_path: Path) -> None:
    import resource

    path, now_s = tmp_path / "coco.json", 0.0
    log = CocoLog(path, clock=lambda: now_s)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, limits[1]))

    def write_on() -> None:
        nonlocal now_s
        for frame in numbered_frames(40):
            now_s = 3.0 * frame.index
            log.write(frame, some_boxes(frame.index))

    try:
        with pytest.raises(RecordingError, match="All before that is kept") as said:
            write_on()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert said.value.code == "disk_full"
    assert str(path) in str(said.value)
    assert 1 < len(COCO(str(path)).getImgIds()) < 40
    assert [file.name for file in tmp_path.iterdir()] == ["coco.json"]
    log.close()


@pytest.mark.parametrize("kind", [CsvLog, JsonlLog, CocoLog, VideoSink])
def test_without_a_frame_there_is_no_file(tmp_path: Path, kind: type[CsvLog]) -> None:
    sink = kind(tmp_path / "out")
    sink.close()
    sink.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", [CsvLog, JsonlLog, CocoLog, VideoSink])
def test_a_place_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path, kind: type[CsvLog]) -> None:
    (tmp_path / "file").write_text("in the way")
    sink = kind(tmp_path / "file" / "out")
    with pytest.raises(RecordingError, match=r"^'.*out' cannot be written: .*\. Choose another folder\.$") as caught:
        write_two_frames(sink)
    assert caught.value.exit_code == 5


@pytest.mark.parametrize(
    ("kind", "code"),
    [(CsvLog, "disk_full"), (JsonlLog, "disk_full"), (CocoLog, "no_room")],  # half a JSON file is none
)
def test_a_full_disk_is_said(kind: type[CsvLog], code: str) -> None:
    sink = kind(Path("/dev/full"))
    with pytest.raises(RecordingError) as caught:
        write_two_frames(sink)
    assert caught.value.code == code
    sink.close()


@pytest.mark.skipif(sys.platform == "win32", reason="file sizes are limited by POSIX means")
def test_a_picture_for_which_there_is_no_room_is_not_left_in_half(tmp_path: Path) -> None:
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))  # Python ignores the signal: writing fails
    try:
        with pytest.raises(RecordingError, match="no room for"):
            write_picture(tmp_path / "p.png", np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_pictures_becomes_a_folder_of_annotated_ones_with_the_same_names(tmp_path: Path) -> None:
    names = ["a.jpg", "b.png"]
    write_two_frames(PictureSink(tmp_path / "out", names.__getitem__))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    drawn = cv2.imread(str(tmp_path / "out" / "b.png"))
    assert drawn is not None
    assert drawn.shape == (96, 160, 3)
    assert (drawn != numbered_frames(2)[1].image).any()


def test_a_picture_in_a_format_that_cannot_be_written_is_saved_as_png(tmp_path: Path) -> None:
    sink = PictureSink(tmp_path, lambda index: "scan.jfif")
    sink.write(numbered_frames(1)[0], some_boxes(0))
    assert [path.name for path in tmp_path.iterdir()] == ["scan.png"]


def test_a_grey_frame_can_be_annotated(tmp_path: Path) -> None:
    sink = PictureSink(tmp_path, lambda index: "grey.png")
    sink.write(Frame(np.zeros((40, 60, 1), np.uint8), 0, 0.0, 0.0), some_boxes(0))
    assert (tmp_path / "grey.png").is_file()

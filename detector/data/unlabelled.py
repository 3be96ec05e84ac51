"""Pictures in which nothing was marked: only teachers say something about them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from detector.data.labelled import Dataset, LabelledPicture
from detector.data.pictures import picture_files, size_of
from detector.errors import DataError


def read_unlabelled(folder: Path, class_names: tuple[str, ...]) -> Dataset:
    """All pictures of a folder and below it; of no class anything is known.

    Raises:
        DataError: no picture.
    """
    pictures = [
        LabelledPicture(
            path=file,
            image_id=number,
            size_wh=size_wh,
            xyxy=np.zeros((0, 4), np.float32),
            class_ids=np.zeros(0, np.int64),
            labelled=np.zeros(len(class_names), bool),
        )
        for number, file in enumerate(picture_files(folder))
        if (size_wh := size_of(file)) is not None
    ]
    if not pictures:
        raise DataError("pictures_missing", path=folder, folder=folder)
    return Dataset(folder, tuple(pictures), class_names)

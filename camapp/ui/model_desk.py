"""Which model looks at the pictures, on which device, how exactly and at which size: chosen, loaded, kept."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtWidgets import QWidget

from camapp.ui.bars import catalogue
from camapp.ui.bars.precision_words import lacks_bf16
from camapp.ui.bars.toolbar import Toolbar
from camapp.ui.bridge import tell
from camapp.ui.jobs import Jobs
from camapp.ui.memory import Memory
from camapp.ui.session import LiveSession
from detector.errors import DeviceError, ModelFileError, UserFacingError

if TYPE_CHECKING:
    from detector.engines.base import Detector

State = Literal["waiting", "loading", "ready", "failed", "stopped"]
QUIET_MS = 1500  # after a model was loaded
CLOSE_S = 2.0  # reading the heads of some model files
EXACT = "auto, int8, fp32"  # what every processor can
# What may be the precision's fault:
OF_PRECISION = ("int8_missing", "precision_missing", "precision_unknown", "engine_failed")


@dataclass(frozen=True)
class Wish:
    """What was asked for.

    Attributes:
        model: path of a file; None: the bundled one.
        names: path of a model that names pictures; None: none.
        name_boxes: `names` names the boxes that `model` finds, and not the whole picture without it.
        device, size_hw, precision: as open_detector takes them.
        by_hand: settings to be kept once it has loaded.
        instead_of: why another model was left.
    """

    model: str | None
    device: str
    size_hw: tuple[int, int] | None
    by_hand: tuple[tuple[str, object], ...] = ()
    instead_of: UserFacingError | None = None
    names: str | None = None
    name_boxes: bool = False
    precision: str = "auto"

    @property
    def of_whole_picture(self) -> bool:
        """Whether no boxes are wanted."""
        return self.names is not None and not self.name_boxes


class ModelDesk(QWidget):
    """Connects the three choosers with the session; itself it shows nothing.

    Signals:
        changed: another model, or another state of it.
        loaded: (UserFacingError or None) it works; the error says why another model, or another precision, than asked.
        failed: (UserFacingError, bool) it does not; whether the one before goes on.
        names_pictures: (name) a file that the person opened finds no boxes but names whole pictures.
        engine_trouble: (UserFacingError or None) why another engine works than before; None: it is mended.
    """

    changed = Signal()
    loaded = Signal(object)
    failed = Signal(object, bool)
    names_pictures = Signal(str)
    engine_trouble = Signal(object)
    _engine_told = Signal()  # on whatever thread the engine changed

    def __init__(
        self,
        session: LiveSession,
        toolbar: Toolbar,
        memory: Memory,
        model: str | None,
        device: str,
        parent: QWidget,
        precision: str = "auto",
    ) -> None:
        """`model`, `device`, `precision` as the command line gave them; None and "auto": as they were left."""
        super().__init__(parent)
        self.hide()
        settings = memory.settings
        self._session, self._toolbar, self._memory = session, toolbar, memory
        self._wish = self._settled = Wish(
            model if model is not None else settings.model or None,
            device if device != "auto" else settings.device,
            settings.input_size,
            names=None if model is not None else settings.names or None,
            name_boxes=settings.name_boxes,
            precision=precision if precision != "auto" else settings.precision,
        )
        self._trouble: UserFacingError | None = None  # of the engine, that was said
        self._asked: deque[Wish] = deque()  # the session answers in this order
        # Nobody has asked for it today:
        self._remembers = model is None and bool(settings.model or settings.names)
        self._works = False
        self.state: State = "waiting"
        self._lane = Jobs("catalogue", self)
        toolbar.model.chosen.connect(self.load)
        toolbar.model.names_chosen.connect(self.name_boxes)
        toolbar.model.menu_opened.connect(self._look_for_models)
        toolbar.device.chosen.connect(self.choose_device)
        toolbar.device.precision_chosen.connect(self.choose_precision)
        # Why this device: OpenVINO takes a core for 80 ms to find the others, and the first picture needs both cores.
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._quiet.timeout.connect(self._look_at_machine)
        toolbar.device.menu_opened.connect(self._look_at_machine)
        toolbar.device.menu_opened.connect(self._look_at_model)
        toolbar.device.again_wanted.connect(self.measure_again)
        self._engine_told.connect(self._show_engine)
        toolbar.size_hw.chosen.connect(self.choose_size)
        session.detector_changed.connect(self._show_detector)
        session.model_failed.connect(self._show_failed)
        session.failed.connect(self._show_stopped)
        session.opened.connect(self._show_sizes)
        self._show()

    def load_once(self) -> None:
        """Once the first picture is up: loading needs both the processor and Python's lock."""
        if self.state == "waiting":
            self._load()

    @property
    def model(self) -> str | None:
        """The file in use, or being loaded; None: the bundled one."""
        return self._wish.model

    def load(self, path: str) -> None:
        """A model file; empty for the bundled one. It loads in the background, the old one works until then.

        One that finds boxes keeps the names that boxes are given. One that names pictures is asked about whole ones.
        """
        self._remembers = False
        if self._wish.of_whole_picture:
            self._choose({"model": path, "names": ""}, replace(self._wish, model=path or None, names=None))
        else:
            self._choose({"model": path}, replace(self._wish, model=path or None))

    def name_boxes(self, path: str) -> None:
        """Each box gets a finer name by this model; empty: none."""
        self._remembers = False
        wish = replace(self._wish, names=path or None, name_boxes=bool(path))
        self._choose({"names": path, "name_boxes": bool(path)}, wish)

    def name_boxes_instead(self) -> None:
        """What names the whole picture names each box from now on."""
        self.name_boxes(self._wish.names or "")

    def choose_device(self, device: str = "auto") -> None:
        """The same model on this device."""
        self._choose({"device": device}, replace(self._wish, device=device))

    def choose_precision(self, precision: str = "auto") -> None:
        """The same model in this form, of detector.engines.PRECISIONS."""
        self._choose({"precision": precision}, replace(self._wish, precision=precision))

    def measure_again(self) -> None:
        """Which engine is the fastest is found out anew, while the one at work goes on."""
        if self._session.detector is not None:
            self._session.detector.measure_again()

    def choose_size(self, size_hw: tuple[int, int] | None) -> None:
        """The same model at this input size; None: by the picture's shape."""
        self._choose({"input_size": size_hw}, replace(self._wish, size_hw=size_hw))

    def close_lane(self) -> None:
        """Joins the thread."""
        self._lane.close(CLOSE_S)

    def changeEvent(self, event: QEvent) -> None:
        """The language can change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._show()

    def _choose(self, kept: dict[str, object], wish: Wish) -> None:
        """`kept`: settings, once it works."""
        self._wish = replace(wish, by_hand=tuple(kept.items()), instead_of=None)
        self._load()

    def _load(self) -> None:
        self._asked.append(self._wish)
        self._set_state("loading")
        wish = self._wish
        if wish.of_whole_picture:
            self._session.load_model(wish.names, wish.device)
        else:
            self._session.load_model(wish.model, wish.device, wish.size_hw, wish.names, wish.precision)

    def _set_state(self, state: State) -> None:
        self.state = state
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        detector = self._session.detector
        used = detector.device if detector is not None and self.state == "ready" else ""
        label = {
            "waiting": self.tr("loading…"),
            "loading": self.tr("loading…"),
            "failed": self.tr("not loaded"),
            "stopped": self.tr("stopped"),
            "ready": used,
        }[self.state]
        wish = self._wish
        self._toolbar.model.show_model(wish.model, wish.names, wish.name_boxes)
        report = detector.report if detector is not None and used else None
        self._toolbar.device.show_precision(wish.precision, wish.of_whole_picture)
        self._toolbar.device.show_device(wish.device, label, used, report)
        self._show_sizes()

    def _show_detector(self, detector: Detector) -> None:
        wish = asked = self._asked.popleft()
        if detector.of_whole_picture and not wish.of_whole_picture:
            wish = self._as_names(wish)
        turned_out = wish is not asked and bool(wish.by_hand)
        self._settled, self._works = wish, True
        self._remembers = False
        self._keep(self._settled)
        self.loaded.emit(self._settled.instead_of)
        if turned_out:
            self.names_pictures.emit(Path(wish.names or "").stem)
        self._settle("ready")
        detector.on_change = partial(tell, self._engine_told)
        self._show_engine()
        self._quiet.start()

    def _show_engine(self) -> None:
        """The detector has another engine, or has learned something of others."""
        detector = self._session.detector
        if detector is None:
            return
        self._show()
        trouble = detector.report.trouble if detector.report is not None else None
        if trouble is not self._trouble:
            self._trouble = trouble
            self.engine_trouble.emit(trouble)

    def _as_names(self, wish: Wish) -> Wish:
        """The file that was opened as a detector turned out to name whole pictures; the detector stays for later."""
        names = wish.model or ""
        found = replace(wish, model=self._settled.model if wish.by_hand else None, names=names, name_boxes=False)
        if wish.by_hand:
            found = replace(found, by_hand=(("names", names), ("name_boxes", False)))
        if not self._asked:
            self._wish = found
        return found

    def _keep(self, wish: Wish) -> None:
        """What cannot be loaded is not tried again at the next start."""
        changes = dict(wish.by_hand)
        if changes:
            self._memory.keep(**changes)
        for opened in (changes.get("model"), changes.get("names")):
            if opened:
                self._memory.keep_recent_model(str(opened))

    def _show_failed(self, error: UserFacingError) -> None:
        self._asked.popleft()
        if self._remembers and isinstance(error, ModelFileError):
            self._wish = self._without(error)
            self._remembers = self._wish.model is not None
            self._load()
            return
        if self._falls_back(error):
            return
        self.failed.emit(error, self._works)
        if self._session.detector is None:
            self._settle("failed")
            return
        if not self._asked:
            self._wish = replace(self._settled, by_hand=(), instead_of=None)
        self._settle("ready" if self._works else "stopped")

    def _falls_back(self, error: UserFacingError) -> bool:
        """Whether it is loaded in another form now, as it may be the precision alone that cannot be had here.

        One that the person has just chosen is refused instead: the one before goes on.
        """
        wish = self._wish
        by_hand = self._works and any(name == "precision" for name, _value in wish.by_hand)
        if self._asked or by_hand or wish.precision == "auto" or error.code not in OF_PRECISION:
            return False
        self._compute_anyhow(error)
        return True

    def _compute_anyhow(self, why: UserFacingError) -> None:
        """In whatever form is the best here; the other one is not tried again at the next start."""
        if self._memory.settings.precision == self._wish.precision:
            self._memory.keep(precision="auto")
        by_hand = tuple((name, value) for name, value in self._wish.by_hand if name != "precision")
        self._wish = replace(self._wish, precision="auto", by_hand=by_hand, instead_of=why)
        self._load()

    def _without(self, error: ModelFileError) -> Wish:
        """What is left of what was remembered, without the file that the error is about: at least the bundled model."""
        wish, lost = self._wish, Path(str(error.values.get("path", "")))
        only_names = wish.name_boxes and wish.names is not None and lost == Path(wish.names)
        return replace(wish, model=wish.model if only_names else None, names=None, instead_of=error)

    def _settle(self, state: State) -> None:
        """Unless something else was asked for meanwhile."""
        self._set_state("loading" if self._asked else state)

    def _show_stopped(self, error: UserFacingError) -> None:
        if error.code == "detection_failed":
            self._works = False
            self._set_state("stopped")

    def _show_sizes(self, *_unused: object) -> None:
        detector, source = self._session.detector, self._session.source_info
        if detector is None:
            self._toolbar.size_hw.show_sizes(self._wish.size_hw, None, ())
            return
        automatic, asked = None, self._wish.size_hw
        if detector.of_whole_picture:  # it has one size, whatever the picture's shape
            automatic, asked = detector.size_hw, None
        elif source is not None:
            automatic = catalogue.automatic_size(detector.info, source.size_wh)
        self._toolbar.size_hw.show_sizes(asked, automatic, detector.info.sizes_hw)

    def _look_for_models(self) -> None:
        opened = self._memory.settings.recent_models
        self._lane.run(partial(catalogue.find_models, opened), self._toolbar.model.set_models)

    def _look_at_machine(self) -> None:
        self._lane.run(catalogue.find_machine, self._show_machine)

    def _look_at_model(self) -> None:
        self._lane.run(partial(catalogue.has_int8, self._wish.model or ""), self._toolbar.device.set_int8)

    def _show_machine(self, machine: catalogue.Machine) -> None:
        self._toolbar.device.set_machine(machine)
        wish = self._wish
        if self.state == "ready" and wish.precision == "bf16" and lacks_bf16(wish.device, machine):
            # The engine takes it and computes in another form: without a word it would be slower than it need be.
            self._compute_anyhow(DeviceError("precision_missing", engine=machine.cpu, precision="bf16", known=EXACT))

"""Which model looks at the pictures, on which device and at which size: chosen, loaded in the background, kept."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QWidget

from camapp.ui.bars import catalogue
from camapp.ui.bars.toolbar import Toolbar
from camapp.ui.jobs import Jobs
from camapp.ui.memory import Memory
from camapp.ui.session import LiveSession
from detector.errors import ModelFileError, UserFacingError

if TYPE_CHECKING:
    from detector.engines.base import Detector

State = Literal["waiting", "loading", "ready", "failed", "stopped"]
CLOSE_S = 2.0  # reading the heads of some model files


@dataclass(frozen=True)
class Wish:
    """What was asked for.

    Attributes:
        model: path of a file; None: the bundled one.
        device, size_hw: as open_detector takes them.
        by_hand: settings to be kept once it has loaded.
        instead_of: why another model was left.
    """

    model: str | None
    device: str
    size_hw: tuple[int, int] | None
    by_hand: tuple[tuple[str, object], ...] = ()
    instead_of: UserFacingError | None = None


class ModelDesk(QWidget):
    """Connects the three choosers with the session; itself it shows nothing.

    Signals:
        changed: another model, or another state of it.
        loaded: (UserFacingError or None) it works; the error says why the bundled one and not the remembered one.
        failed: (UserFacingError, bool) it does not; whether the one before goes on.
    """

    changed = Signal()
    loaded = Signal(object)
    failed = Signal(object, bool)

    def __init__(
        self, session: LiveSession, toolbar: Toolbar, memory: Memory, model: str | None, device: str, parent: QWidget
    ) -> None:
        """`model` and `device` as the command line gave them; None and "auto": as they were left."""
        super().__init__(parent)
        self.hide()
        settings = memory.settings
        self._session, self._toolbar, self._memory = session, toolbar, memory
        self._wish = self._settled = Wish(
            model if model is not None else settings.model or None,
            device if device != "auto" else settings.device,
            settings.input_size,
        )
        self._asked: deque[Wish] = deque()  # the session answers in this order
        self._remembers = model is None and bool(settings.model)  # nobody has asked for it today
        self._works = False
        self.state: State = "waiting"
        self._lane = Jobs("catalogue", self)
        toolbar.model.chosen.connect(self.load)
        toolbar.model.menu_opened.connect(self._look_for_models)
        toolbar.device.chosen.connect(self.choose_device)
        toolbar.device.menu_opened.connect(self._look_at_machine)
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
        """A model file; empty for the bundled one. It loads in the background, the old one works until then."""
        self._remembers = False
        self._choose("model", path, replace(self._wish, model=path or None))

    def choose_device(self, device: str = "auto") -> None:
        """The same model on this device."""
        self._choose("device", device, replace(self._wish, device=device))

    def choose_size(self, size_hw: tuple[int, int] | None) -> None:
        """The same model at this input size; None: by the picture's shape."""
        self._choose("input_size", size_hw, replace(self._wish, size_hw=size_hw))

    def close_lane(self) -> None:
        """Joins the thread."""
        self._lane.close(CLOSE_S)

    def changeEvent(self, event: QEvent) -> None:
        """The language can change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._show()

    def _choose(self, setting: str, value: object, wish: Wish) -> None:
        self._wish = replace(wish, by_hand=((setting, value),), instead_of=None)
        self._load()

    def _load(self) -> None:
        self._asked.append(self._wish)
        self._set_state("loading")
        self._session.load_model(self._wish.model, self._wish.device, self._wish.size_hw)

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
        self._toolbar.model.show_model(self._wish.model)
        self._toolbar.device.show_device(self._wish.device, label, used)
        self._show_sizes()

    def _show_detector(self, _detector: Detector) -> None:
        self._settled, self._works = self._asked.popleft(), True
        self._remembers = False
        self._keep(self._settled)
        self.loaded.emit(self._settled.instead_of)
        self._settle("ready")
        self._look_at_machine()  # why this device: now that loading is over it takes nobody's time

    def _keep(self, wish: Wish) -> None:
        """What cannot be loaded is not tried again at the next start."""
        changes = dict(wish.by_hand)
        if changes:
            self._memory.keep(**changes)
        if changes.get("model"):
            self._memory.keep_recent_model(str(changes["model"]))

    def _show_failed(self, error: UserFacingError) -> None:
        self._asked.popleft()
        if self._remembers and isinstance(error, ModelFileError):
            self._remembers = False
            self._wish = replace(self._wish, model=None, instead_of=error)
            self._load()
            return
        self.failed.emit(error, self._works)
        if self._session.detector is None:
            self._settle("failed")
            return
        if not self._asked:
            self._wish = replace(self._settled, by_hand=(), instead_of=None)
        self._settle("ready" if self._works else "stopped")

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
        automatic = None
        if source is not None:
            automatic = catalogue.automatic_size(detector.info, source.size_wh)
        self._toolbar.size_hw.show_sizes(self._wish.size_hw, automatic, detector.info.sizes_hw)

    def _look_for_models(self) -> None:
        opened = self._memory.settings.recent_models
        self._lane.run(partial(catalogue.find_models, opened), self._toolbar.model.set_models)

    def _look_at_machine(self) -> None:
        self._lane.run(catalogue.find_machine, self._toolbar.device.set_machine)

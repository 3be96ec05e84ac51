"""The panel at the right: the objects in view, and what of them is shown and how."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from camapp.live.choices import LABEL_PARTS, Choices, Language
from camapp.live.pipeline import LiveStats
from camapp.ui.look import icons
from camapp.ui.look.theme import Theme, with_steady_digits
from camapp.ui.panel.best_classes import BestClasses
from camapp.ui.panel.charts import Charts
from camapp.ui.panel.class_list import ClassList
from camapp.ui.panel.counts import Counts
from camapp.ui.panel.label_options import LabelChoice, LabelOptions
from camapp.ui.panel.objects_table import ObjectsTable
from camapp.ui.panel.panel_state import PanelState
from camapp.ui.panel.section import Section
from camapp.ui.panel.slider_row import SliderRow
from camapp.ui.panel.zone_panel import ZonePanel
from camapp.ui.words.retranslated import Retranslated
from detector.modelfile import ModelInfo
from detector.types import Detections

WIDTH = 376  # the longest class names of everyday things, and numbers of five digits
LEAST, MOST = 5, 95  # percent: below, the detector gives nothing; above, hardly anything is left
LEAST_IOU, MOST_IOU = 30, 90  # percent: below, neighbours vanish; above, each object gets several boxes
TABLE_HEIGHT = 148  # at least: headings and four rows
COPIED_MS = 1500


class FittingScroll(QScrollArea):
    """As high as what is in it where there is room, and scrolls where there is none."""

    def sizeHint(self) -> QSize:
        """That of its content."""
        inner = self.widget()
        return inner.sizeHint() if inner is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Room for the two sliders."""
        return QSize(0, 64)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What is in it has another height now."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


class SidePanel(Retranslated, QWidget):
    """Table, counts, sliders, classes, labels, charts; of a whole picture its best classes in the table's place.

    Signals:
        choices_changed: dict of fields of Choices, by the person's hand or by a model that brings its own.

    Attributes:
        sections: what opens and closes, by name.
    """

    choices_changed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self._info: ModelInfo | None = None
        self._language: Language = "en"
        self._score: float | None = None  # chosen by hand
        self._classes: frozenset[str] | None = None  # ticked by hand
        self._newest = Detections.empty(0)
        self._is_stale = False
        self._hint_text = ""
        self.heading = QLabel()
        self.heading.setObjectName("heading")
        self.heading.setFont(with_steady_digits(self.heading.font()))
        self.copy = QToolButton()
        self.copy.setIconSize(QSize(18, 18))
        icons.set_icon(self.copy, "copy")
        room = self.copy.sizePolicy()
        room.setRetainSizeWhenHidden(True)  # the heading stays where it is
        self.copy.setSizePolicy(room)
        self._copied_timer = QTimer(self, interval=COPIED_MS, singleShot=True)
        self.table = ObjectsTable(theme)
        self.table.setMinimumHeight(TABLE_HEIGHT)
        self._hint = QLabel(self.table.viewport())
        self._hint.setObjectName("dim")
        self._hint.setWordWrap(True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.counts = Counts()
        self.best = BestClasses(theme)
        self.best.hide()
        self.cost = QLabel()  # of naming; hidden without it
        self.cost.setObjectName("dim")
        self.cost.setFont(with_steady_digits(self.cost.font()))
        self.cost.hide()
        self.confidence = SliderRow(LEAST, MOST, round(Choices().score * 100), 5, _fraction)
        self.overlap = SliderRow(LEAST_IOU, MOST_IOU, round(Choices().iou * 100), 5, _fraction)
        self.slider, self.value = self.confidence.slider, self.confidence.value
        self.classes, self.labels, self.charts = ClassList(theme), LabelOptions(), Charts(theme)
        self.zone = ZonePanel()
        self.sections = {
            "classes": Section(self.classes),
            "zone": Section(self.zone),
            "labels": Section(self.labels),
            "charts": Section(self.charts),
        }
        self._lay_out()
        self._connect()
        self.retranslate()
        self.show_hint("")

    # --- building

    def _lay_out(self) -> None:
        hint_layout = QVBoxLayout(self.table.viewport())
        hint_layout.setContentsMargins(24, 24, 24, 24)
        hint_layout.addWidget(self._hint)
        top = QHBoxLayout()
        top.addWidget(self.heading, 1)
        top.addWidget(self.copy)
        rule = QFrame()
        rule.setObjectName("rule")
        rule.setFixedHeight(1)
        lower = QWidget()
        lower.setObjectName("lower")
        rows = QVBoxLayout(lower)
        rows.setContentsMargins(0, 0, 4, 0)
        rows.setSpacing(6)
        for widget in (self.confidence, self.overlap, *self.sections.values()):
            rows.addWidget(widget)
        self._scroll = FittingScroll()
        self._scroll.setObjectName("lower")
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._scroll.setWidget(lower)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 10)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.best, 1)
        layout.addWidget(self.cost)
        layout.addWidget(self.counts)
        layout.addWidget(rule)
        layout.addWidget(self._scroll)

    def _connect(self) -> None:
        self.copy.clicked.connect(self.table.copy)
        self.table.copied.connect(self._say_copied)
        self._copied_timer.timeout.connect(self._show_heading)
        self.confidence.changed.connect(self._set_score)
        self.confidence.moved.connect(self._note_score)
        self.overlap.changed.connect(self._set_overlap)
        self.classes.changed.connect(self._set_classes)
        self.labels.changed.connect(self._set_labels)
        self.zone.told.connect(self._show_zone_heading)
        for section in self.sections.values():
            section.toggled.connect(self._show_opened)

    def retranslate(self) -> None:
        """Says everything in the language in use."""
        self.copy.setToolTip(
            self.tr("Copy the table, or the rows chosen in it, for a spreadsheet (Ctrl+C in the table)")
        )
        self.copy.setAccessibleName(self.tr("Copy the table"))
        self.confidence.set_text(
            self.tr("Confidence"),
            self.tr(
                "Only objects that the detector is at least this sure of are shown, recorded and listed.\n"
                "Lower finds more, and more of it wrongly. It costs no time."
            ),
            self.tr("Least confidence shown"),
        )
        self.overlap.set_text(
            self.tr("Overlap"),
            self.tr(
                "Boxes of one class that share more than this are taken for one object.\n"
                "Higher keeps objects that stand close together, and gives some two boxes. It costs no time."
            ),
            self.tr("Overlap from which two boxes are one object"),
        )
        self.sections["labels"].set_text(self.tr("Labels"), self.tr("What stands beside a box, and how large"))
        self.sections["charts"].set_text(
            self.tr("Last minutes"),
            self.tr("Objects, delay and speed over the last ten minutes. Drawn once a second, only while it is open."),
        )
        self.cost.setToolTip(self.tr("What the model that names takes of each picture that the detector looks at"))
        self._show_zone_heading(self.zone.brief)
        self._show_heading()
        self._show_classes_heading()
        self._show_hint()

    # --- what is shown

    @property
    def choices(self) -> dict[str, object]:
        """Fields of Choices, as they are set."""
        labels = self.labels.value
        return {
            "score": self.slider.value() / 100,
            "iou": self.overlap.slider.value() / 100,
            "classes_on": self.classes.value if self._info is not None else None,
            "label": labels.label,
            "centre": labels.centre,
            "line_scale": labels.line_scale,
            "text_scale": labels.text_scale,
        }

    def show_model(self, info: ModelInfo) -> None:
        """Another model: its classes and its confidence, unless the person chose others."""
        self._info = info
        self.classes.show_model(info, self._classes)
        finds_boxes = info.task == "detect"
        of_boxes = (self.sections["zone"], self.sections["labels"])
        for widget in (self.table, self.copy, self.counts, self.confidence, self.overlap, *of_boxes):
            widget.setVisible(finds_boxes)  # what is said of the whole picture has no boxes
        self.best.setVisible(not finds_boxes)
        if finds_boxes:
            usual = round(info.score_threshold * 100)
            self.confidence.set_usual(usual)
            if self._score is None:
                self.slider.setValue(usual)
        self._show_names()
        self._show_heading()
        self._show_classes_heading()
        self.choices_changed.emit(self.choices)

    def set_language(self, language: Language) -> None:
        """Of the class names."""
        self._language = language
        self.classes.set_language(language)
        self._show_names()

    def show_objects(self, detections: Detections, keys: tuple[int, ...]) -> None:
        """The newest numbers."""
        self.table.show_objects(detections, keys)
        self.counts.show_objects(detections, self._names())
        self.best.show_classes(detections if detections.whole_picture else Detections.empty(0), self._names())
        before, self._newest = self._newest, detections
        if len(before) != len(detections) and not self._copied_timer.isActive():
            self._show_heading()
        self._hint.setVisible(not len(detections))

    def set_stale(self, is_stale: bool) -> None:
        """Whether the objects are those of the last picture of a source that is lost: they are not in view any more."""
        if is_stale != self._is_stale:
            self._is_stale = is_stale
            self._show_heading()

    def show_stats(self, stats: LiveStats | None, delay_ms: float | None) -> None:
        """Feeds the charts; may be called more often than they take it."""
        no_objects = self._newest.whole_picture or self._is_stale
        self.charts.add(0 if no_objects else len(self._newest), stats, delay_ms)
        naming_ms = None if stats is None else stats.naming_ms
        self.cost.setVisible(naming_ms is not None)
        if naming_ms is not None:
            self.cost.setText(self.tr("Naming takes {ms} ms a picture").format(ms=f"{naming_ms:.1f}"))

    def show_hint(self, text: str) -> None:
        """Empties the table; the words stand in its place."""
        self.set_hint(text)
        self.show_objects(Detections.empty(0), ())

    def set_hint(self, text: str) -> None:
        """What an empty table says."""
        self._hint_text = text
        self._show_hint()

    # --- what is kept

    def state(self) -> PanelState:
        """To be restored at the next start."""
        labels, (column, descending) = self.labels.value, self.table.sort_order
        overlap = self.overlap.slider.value()
        return PanelState(
            score=self._score,
            iou=None if overlap == self.overlap.usual else overlap / 100,
            classes_on=None if self._classes is None else tuple(sorted(self._classes)),
            label=None if labels.label == LabelChoice().label else labels.label,
            centre=labels.centre,
            line_scale=labels.line_scale,
            text_scale=labels.text_scale,
            follow=labels.follow,
            steady=labels.steady,
            sort_column=column,
            sort_descending=descending,
            open_sections=tuple(name for name, section in self.sections.items() if section.is_open),
        )

    def restore(self, state: PanelState) -> None:
        """As it was; values that nobody could have set are brought into their limits."""
        self._score = state.score
        if state.score is not None:
            self.slider.setValue(round(state.score * 100))
        self.overlap.slider.setValue(self.overlap.usual if state.iou is None else round(state.iou * 100))
        self._classes = None if state.classes_on is None else frozenset(state.classes_on)
        usual = LabelChoice()
        label = tuple(part for part in LABEL_PARTS if part in state.label) if state.label is not None else usual.label
        self.labels.set_value(
            LabelChoice(label, state.centre, state.line_scale, state.text_scale, state.follow, state.steady)
        )
        self.table.set_centre(state.centre)
        self.table.set_numbered(state.follow and "id" in label)
        self.table.sort_by(state.sort_column, state.sort_descending)
        for name, section in self.sections.items():
            section.set_open(name in state.open_sections)
        if self._info is not None:
            self.show_model(self._info)
        else:
            self.choices_changed.emit(self.choices)

    # --- by the person's hand

    def _set_score(self, percent: int) -> None:
        self.choices_changed.emit({"score": percent / 100})

    def _note_score(self, percent: int) -> None:
        self._score = None if percent == self.confidence.usual else percent / 100

    def _set_overlap(self, percent: int) -> None:
        self.choices_changed.emit({"iou": percent / 100})

    def _set_classes(self, classes_on: frozenset[str] | None) -> None:
        self._classes = self.classes.model.on
        self._show_classes_heading()
        self._show_hint()
        self.choices_changed.emit({"classes_on": classes_on})

    def _set_labels(self, value: LabelChoice) -> None:
        self.table.set_centre(value.centre)
        self.table.set_numbered(value.follow and "id" in value.label)
        self.choices_changed.emit(
            {
                "label": value.label,
                "centre": value.centre,
                "line_scale": value.line_scale,
                "text_scale": value.text_scale,
                "follow": value.follow,
                "steady": value.steady,
            }
        )

    # --- helpers

    def _names(self) -> tuple[str, ...]:
        """Of the classes by id, in the window's language."""
        if self._info is None:
            return ()
        return (self._language == "zh" and self._info.class_names_zh) or self._info.class_names

    def _show_names(self) -> None:
        self.table.set_names(self._names())
        self.counts.show_objects(self._newest, self._names())

    def _show_zone_heading(self, cost: str) -> None:
        title = self.tr("Small things far away")
        self.sections["zone"].set_text(
            f"{title}: {cost}" if cost else title,
            self.tr("A zone of the picture that the detector looks at closely. It costs computing time, as it says."),
        )

    def _show_heading(self) -> None:
        if self._info is not None and self._info.task == "classify":
            self.heading.setText(self.tr("Best classes of the picture"))
        else:
            text = self.tr("Seen last ({count})") if self._is_stale else self.tr("Objects in view ({count})")
            self.heading.setText(text.format(count=len(self._newest)))

    def _say_copied(self, rows: int) -> None:
        self.heading.setText(self.tr("Copied, {count} rows").format(count=rows))
        self._copied_timer.start()

    def _show_classes_heading(self) -> None:
        text = self.tr("Classes")
        if self._info is not None:
            on, known = len(self.classes.model.on), len(self.classes.model.names)
            text = self.tr("Classes ({on} of {known})").format(on=on, known=known)
        self.sections["classes"].set_text(text, self.tr("Which classes are shown, recorded and listed"))

    def _show_hint(self) -> None:
        nothing_ticked = self._info is not None and self.classes.value == frozenset()
        self._hint.setText(self.tr("No class is ticked: nothing is shown") if nothing_ticked else self._hint_text)

    def _show_opened(self, _is_open: bool) -> None:
        """Once it is laid out: where the room is small it would open out of sight."""
        QTimer.singleShot(0, self._scroll_to_opened)

    def _scroll_to_opened(self) -> None:
        opened = next((section for section in self.sections.values() if section.heading.hasFocus()), None)
        if opened is not None and opened.is_open:
            self._scroll.ensureWidgetVisible(opened.content, 0, 0)
            self._scroll.ensureWidgetVisible(opened.heading, 0, 0)


def _fraction(percent: int) -> str:
    return f"{percent / 100:.2f}"

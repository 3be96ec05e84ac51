"""The window's language: the system's or the one chosen, changed without a restart."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

from camapp.live.choices import Language as DrawnLanguage
from camapp.settings import LanguageChoice
from detector.paths import RESOURCES

TRANSLATIONS = RESOURCES / "translations"
CHINESE = "zh_CN"
NAMES: dict[LanguageChoice, str] = {"en": "English", "zh_CN": "简体中文"}  # each in its own, whatever is spoken now
# Many Chinese characters are written otherwise in Japan, and a system that is not set to Chinese may take a Japanese
# font for them: the first of these that is there is named beside the usual one. macOS has its own order.
CHINESE_FONTS = ("Microsoft YaHei UI", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei")


class Language(QObject):
    """Installs the translators of the window and of Qt's own dialogs; widgets then get QEvent.LanguageChange.

    Signals:
        changed: another language is spoken now.
    """

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._usual_fonts = app.font().families()
        self._translators: list[QTranslator] = []
        self.spoken: Literal["en", "zh_CN"] = "en"
        self.choose("system")

    @property
    def drawn(self) -> DrawnLanguage:
        """What the class names on the picture are written in."""
        return "zh" if self.spoken == CHINESE else "en"

    def choose(self, choice: LanguageChoice) -> None:
        """From now on; "system" takes Chinese where the system speaks it."""
        system = QLocale.system()
        if choice == "system":
            self.spoken = "zh_CN" if system.language() == QLocale.Language.Chinese else "en"
        else:
            self.spoken = choice
        for translator in self._translators:
            self._app.removeTranslator(translator)
        self._translators = []
        self._install("qtbase", str(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)))
        if self.spoken == CHINESE:
            self._install("camapp", str(TRANSLATIONS))
        self._set_fonts()
        self.changed.emit()

    def _install(self, name: str, folder: str) -> None:
        translator = QTranslator(self)
        if translator.load(f"{name}_{self.spoken}", folder):
            self._app.installTranslator(translator)
            self._translators.append(translator)

    def _set_fonts(self) -> None:
        families = list(self._usual_fonts)
        if self.spoken == CHINESE:
            families += [name for name in CHINESE_FONTS if QFontDatabase.hasFamily(name)][:1]
        font = self._app.font()
        if families != font.families():
            font.setFamilies(families)
            self._app.setFont(font)
            self._app.setStyleSheet(self._app.styleSheet())  # else widgets keep the font of their last polishing


def speaks_chinese() -> bool:
    """Whether the window's texts come in Chinese: the translation in use says so itself."""
    return QCoreApplication.translate("language", "en") == "zh"

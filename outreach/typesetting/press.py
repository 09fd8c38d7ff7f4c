"""Typst at work, in a thread that gives way to everything else. It is an extra: without it a sentence says what to install."""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from outreach.domain.closing import Closing
from outreach.domain.text import Text
from outreach.typesetting.fonts import FOLDER

if TYPE_CHECKING:
    from typst import Compiler, PDFStandard

T = TypeVar("T")

TIMELESS = datetime(2000, 1, 1, tzinfo=UTC)
"""The date of a PDF that depends on no day."""

LIBRARIES = ("typst", "segno")
"""What the extra `[art]` brings."""

PRIORITY = 10
"""Ten times less than ordinary (nice 10)."""

VALUES = "values"
"""Templates find their values in `sys.inputs.values`, as JSON."""


class NotSet(Exception):
    """A template and its values make no document: `text` says why."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


class NotInstalled(NotSet):
    """Typst is an extra, and it is not here."""


def require() -> None:
    """Raise `NotInstalled` unless all that artwork is set with is here."""
    if not all(find_spec(library) for library in LIBRARIES):
        raise NotInstalled(
            Text("This needs Typst, which is not installed. Run: pip install 'outreach[art]'")
        )


class Press(Closing):
    """Templates and the pictures that they show, together in a folder of their own. Use it in a `with`; from any thread."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="outreach-")
        self._thread = ThreadPoolExecutor(1, "press", initializer=_give_way)
        self._compilers: dict[str, Compiler] = {}
        for name, content in files.items():
            self.add(name, content)

    def close(self) -> None:
        """End the thread and remove the folder."""
        self._thread.shutdown()
        self._folder.cleanup()

    def add(self, name: str, content: bytes) -> None:
        """Put a template or a picture beside the others."""
        Path(self._folder.name, name).write_bytes(content)

    def pdf(
        self,
        main: str,
        values: Mapping[str, Any],
        *,
        standards: Sequence[PDFStandard] = (),
        at: datetime = TIMELESS,
    ) -> bytes:
        """The document as PDF with its fonts in it, dated `at` (aware). Raises `NotSet`."""
        made = self._compile(
            main, values, format="pdf", pdf_standards=list(standards), timestamp=int(at.timestamp())
        )
        assert isinstance(made, bytes)
        return made

    def png(self, main: str, values: Mapping[str, Any], *, ppi: float) -> list[bytes]:
        """Each page as PNG. Raises `NotSet`."""
        made = self._compile(main, values, format="png", ppi=ppi)
        return [made] if isinstance(made, bytes) else list(made)

    def metadata(
        self, main: str, values: Mapping[str, Any], labels: Sequence[str]
    ) -> dict[str, list[Any]]:
        """The values that the template marked with each label, in order. Raises `NotSet`."""

        def ask() -> list[str]:
            compiler = self._compiler(main)
            compiler.compile(sys_inputs=_inputs(values), format="pdf")
            return [compiler.query(f"<{label}>", field="value") for label in labels]

        return dict(zip(labels, map(json.loads, self._run(ask)), strict=True))

    def _compile(self, main: str, values: Mapping[str, Any], **wanted: Any) -> Any:
        return self._run(lambda: self._compiler(main).compile(sys_inputs=_inputs(values), **wanted))

    def _run(self, call: Callable[[], T]) -> T:
        """What `call` gives, in the thread; one call at a time."""
        require()
        from typst import TypstError  # noqa: PLC0415 - an extra, and large

        try:
            return self._thread.submit(call).result()
        except TypstError as error:
            raise NotSet(
                Text("The template does not work: {why}", why=error.diagnostic or error.message)
            ) from error

    def _compiler(self, main: str) -> Compiler:
        if main not in self._compilers:
            self._compilers[main] = self._new_compiler(main)
        return self._compilers[main]

    def _new_compiler(self, main: str) -> Compiler:
        from typst import Compiler, Fonts  # noqa: PLC0415 - as above

        fonts = Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FOLDER)]
        )
        folder = self._folder.name
        return Compiler(str(Path(folder, main)), root=folder, font_paths=fonts)


def _give_way() -> None:
    """Let the thread, and those that Typst starts from it, wait for everything else: publishing is never late for a picture."""
    with suppress(OSError, AttributeError):
        thread = threading.get_native_id()
        now = os.getpriority(os.PRIO_PROCESS, thread)
        os.setpriority(os.PRIO_PROCESS, thread, max(PRIORITY, now))


def _inputs(values: Mapping[str, Any]) -> dict[str, str]:
    return {VALUES: json.dumps(values, ensure_ascii=False, sort_keys=True)}

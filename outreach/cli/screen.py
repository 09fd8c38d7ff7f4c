"""Where a command speaks: results to standard output, everything else to standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as RichTable
from rich.text import Text as RichText

from outreach.domain.problem import Problem, Severity
from outreach.domain.text import Text
from outreach.locale import translate
from outreach.reports.cells import harmless, to_plain
from outreach.reports.formats import as_json, to_rich
from outreach.reports.table import Table


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Let the command end as a broken pipe, not with an exit code of Rich's own."""
        raise BrokenPipeError


class Screen:
    """Speaks one language. Styles appear only on a terminal; sentences are never cut or wrapped by us."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.out = _console(sys.stdout)
        self.err = _console(sys.stderr)
        self.hide: Callable[[str], str] = str
        """Takes secrets out of sentences, once they are known."""

    def words(self, text: Text) -> str:
        """The sentence in the reader's language, harmless to a terminal and without secrets."""
        return harmless(self.hide(translate(text, self.language)))

    def say(self, text: Text, *, style: str = "") -> None:
        """A sentence of the result."""
        self.out.print(RichText(self.words(text), style=style), soft_wrap=True)

    def note(self, text: Text, *, style: str = "") -> None:
        """A sentence beside the result."""
        self.err.print(RichText(self.words(text), style=style), soft_wrap=True)

    def heading(self, text: Text) -> None:
        """The title of what follows."""
        self.out.print()
        self.say(text, style="bold")

    def raw(self, words: str) -> None:
        """Exactly these characters as the result."""
        self.out.file.write(words)

    def json(self, value: Any) -> None:
        """A value as JSON, for programs; without secrets."""
        self.raw(self.hide(as_json(to_plain(value, self.language))))

    def table(self, table: Table) -> None:
        """The rows, or the sentence that there are none."""
        if table.rows:
            self.out.print(to_rich(table, self.language))
        else:
            self.say(table.empty)

    def grid(self, rows: Iterable[tuple[Text | str, str]]) -> None:
        """Names and values below each other."""
        grid = RichTable.grid(padding=(0, 2))
        grid.add_column(no_wrap=True, style="dim")
        grid.add_column(overflow="fold")
        for name, value in rows:
            shown = name if isinstance(name, str) else self.words(name)
            grid.add_row(shown, RichText(harmless(value)))
        self.out.print(grid)

    def problems(self, problems: Iterable[Problem], *, to_stderr: bool = False) -> None:
        """Each problem as file:line:column, what is wrong, and on its own line how to mend it."""
        console = self.err if to_stderr else self.out
        for problem in problems:
            console.print(self._problem(problem), soft_wrap=True)

    def _problem(self, problem: Problem) -> RichText:
        wrong = problem.severity is Severity.ERROR
        kind = self.words(Text("error") if wrong else Text("warning"))
        return RichText.assemble(
            (harmless(str(problem.place)), "bold"),
            ": ",
            (kind, "red" if wrong else "yellow"),
            f": {self.words(problem.what)}\n    → {self.words(problem.mend)}",
        )

    @contextmanager
    def progress(self, what: Text, total: int | None = None) -> Iterator[Progress]:
        """A bar on standard error with one task; nothing at all when that is not a terminal."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        shown = self.err.is_terminal
        with Progress(
            *columns, TimeElapsedColumn(), console=self.err, transient=True, disable=not shown
        ) as progress:
            progress.add_task(self.words(what), total=total)
            yield progress


def _console(file: Any) -> Console:
    return _Console(file=file, highlight=False, markup=False, emoji=False)

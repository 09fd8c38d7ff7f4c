"""Turns whatever ends a command into one clear sentence and an exit code; a traceback only for our own faults."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from outreach.cli.exit_codes import ExitCode
from outreach.cli.stop import Stop
from outreach.domain.problem import Problems
from outreach.domain.text import Text

if TYPE_CHECKING:
    from outreach.cli.screen import Screen


def explained(call: Callable[[], Any], screen: Screen, *, verbose: bool) -> None:
    """Run a command; explain what ends it, and leave with its exit code."""
    try:
        _to_the_end(call)
    except KeyboardInterrupt:
        screen.note(Text("Stopped."))
        code = ExitCode.INTERRUPTED
    except BrokenPipeError:
        _quiet_standard_output()
        code = ExitCode.READER_LEFT
    except Exception as error:
        if _is_of_typer(error):
            raise
        code = _explain(error, screen, verbose=verbose)
    else:
        return
    raise SystemExit(code)


def _to_the_end(call: Callable[[], Any]) -> None:
    """Run it and send off its last words, so that a reader who left is noticed here."""
    try:
        call()
    finally:
        sys.stdout.flush()


def _is_of_typer(error: Exception) -> bool:
    """Whether Typer itself ends the command so: an exit code, or a mistake in how it was typed."""
    return type(error).__module__.startswith(("typer", "click"))


def _explain(error: Exception, screen: Screen, *, verbose: bool) -> ExitCode:
    match error:
        case Stop():
            _sentence(screen, error.what, error.mend)
            return error.code
        case Problems():
            screen.problems(error.problems, to_stderr=True)
            return ExitCode.BAD_INPUT
        case UnicodeError():
            _sentence(screen, Text("A text is not valid UTF-8: {error}", error=error))
            return ExitCode.BAD_INPUT
        case OSError():
            _sentence(screen, _file_trouble(error))
            return ExitCode.BAD_INPUT
    known = _known(error)
    if known:
        _sentence(screen, *known[:2])
        return known[2]
    return _fault(error, screen, verbose=verbose)


def _known(error: Exception) -> tuple[Text, Text | None, ExitCode] | None:
    """What the lower rooms raise on purpose, without importing them just to ask."""
    match type(error).__name__, _said(error):
        case "StoreError", Text() as text:
            return text, None, ExitCode.STORE
        case (("OperationalError" | "DatabaseError" | "InterfaceError" | "IntegrityError"), _):
            detail = str(getattr(error, "orig", error)).strip()
            what = Text("The database did not do what was asked: {error}", error=detail)
            mend = Text("Run `outreach doctor`; when it finds nothing, try again.")
            return what, mend, ExitCode.STORE
        case "Held", Text() as text:
            mend = Text("Stop that one first, or give this one a database of its own.")
            return text, mend, ExitCode.HELD
        case "NotInstalled" | "FormUnusable", Text() as text:
            return text, getattr(error, "mend", None), ExitCode.BAD_INPUT
        case "LeaseLost", Text() as text:
            return text, Text("Start the service again."), ExitCode.HELD
        case "Fenced", _:
            what = Text("A daemon has taken over the database meanwhile; nothing was written.")
            return what, Text("Run the command again."), ExitCode.HELD
        case "NotNoted", Text() as text:
            return text, Text("Mend that and try again."), ExitCode.REFUSED
        case "Guarded", Text() as text:
            mend = Text(
                "Look at `outreach plan`; if this is meant, run `outreach apply` with --yes."
            )
            return text, mend, ExitCode.REFUSED
        case "IllegalMove", Text() as text:
            mend = Text("`outreach show` tells how it came to this state.")
            return text, mend, ExitCode.REFUSED
        case _:
            return None


def _said(error: Exception) -> Text | None:
    text = getattr(error, "text", None)
    return text if isinstance(text, Text) else None


def _sentence(screen: Screen, what: Text, mend: Text | None = None) -> None:
    screen.note(what, style="bold")
    if mend:
        screen.note(Text("→ {mend}", mend=mend))


def _file_trouble(error: OSError) -> Text:
    reason = error.strerror or type(error).__name__
    if error.filename is None:
        return Text("The system refused: {reason}.", reason=reason)
    return Text("{file}: {reason}.", file=str(error.filename), reason=reason)


def _fault(error: Exception, screen: Screen, *, verbose: bool) -> ExitCode:
    name = f"{type(error).__name__}: {error}"[:500]
    what = Text("This is a fault in outreach itself: {error}", error=name)
    _sentence(screen, what, Text("Run it again with --verbose and pass on what it prints."))
    if verbose:
        trace = "".join(traceback.format_exception(error))
        screen.err.out(screen.hide(trace), highlight=False)
    return ExitCode.FAULT


def _quiet_standard_output() -> None:
    """Keep the interpreter from complaining at its end that nobody reads any more."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

"""The process in which staff's templates run: it knows nothing, may use 64 MB and a tenth of a second of processor time per template.

It is started by file name and imports only the standard library and Jinja. One JSON object per line, in and out:
`{"source", "context"}` gives `{"text"}` or `{"error", "line", "detail"}`. A template that overruns ends the process (SIGPROF).
"""

from __future__ import annotations

import json
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

GROWTH = 64 * 1024 * 1024
SECONDS = 0.1
LONGEST = 100_000
_KEPT_FILTERS = (
    "capitalize",
    "default",
    "first",
    "join",
    "last",
    "length",
    "lower",
    "replace",
    "trim",
    "upper",
)
_KEPT_TESTS = (
    "defined",
    "undefined",
    "none",
    "even",
    "odd",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "in",
    "divisibleby",
)


class UnknownHotline(Exception):
    """The template names a telephone number that campaign.toml does not list."""


def environment() -> ImmutableSandboxedEnvironment:
    """Jinja without globals, loaders or any filter beyond the few that texts need."""
    made = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, cache_size=0)
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in _KEPT_FILTERS} | {
        "day": day,
        "time": clock,
    }
    made.tests = {name: made.tests[name] for name in _KEPT_TESTS}
    return made


def day(value: Any) -> str:
    """A date as 15/11/2022."""
    return f"{value:%d/%m/%Y}"


def clock(value: Any) -> str:
    """A time of day as 08:00."""
    return f"{value:%H:%M}"


def run(
    made: ImmutableSandboxedEnvironment, source: str, context: Mapping[str, Any]
) -> dict[str, Any]:
    """The rendered text, or what is wrong and in which line of `source`."""
    try:
        text = made.from_string(source).render(_revived(context))
    except TemplateSyntaxError as error:
        return {"error": "template-syntax", "line": error.lineno, "detail": error.message or ""}
    except UndefinedError as error:
        return _failure("template-undefined", error)
    except SecurityError as error:
        return _failure("template-forbidden", error)
    except UnknownHotline as error:
        return _failure("template-hotline", error)
    except MemoryError:
        return {"error": "template-memory", "line": 1, "detail": ""}
    except Exception as error:  # noqa: BLE001 - whatever a template raises is that template's problem
        return _failure("template-error", error)
    if len(text) > LONGEST:
        return {"error": "template-long", "line": 1, "detail": str(LONGEST)}
    return {"text": text}


def _failure(code: str, error: Exception) -> dict[str, Any]:
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == "<template>"
    ]
    return {"error": code, "line": (lines or [1])[-1], "detail": str(error)[:200]}


def _revived(context: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: _value(value) for name, value in context.items()}
    numbers = {_digits(line["number"]): line for line in context.get("hotlines", ())}
    return values | {"hotline": _hotline(numbers)}


def _hotline(numbers: Mapping[str, Any]) -> Callable[[Any], Any]:
    def hotline(number: Any) -> Any:
        if _digits(str(number)) not in numbers:
            raise UnknownHotline(str(number))
        return numbers[_digits(str(number))]

    return hotline


def _digits(number: str) -> str:
    return "".join(c for c in number if c.isdigit())


def _value(value: Any) -> Any:
    """JSON made whole again: `{"$day": iso}` and `{"$time": iso}` are dates and times."""
    if isinstance(value, list):
        return [_value(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$day" in value:
        return date.fromisoformat(value["$day"])
    if "$time" in value:
        return datetime.fromisoformat(value["$time"])
    return {name: _value(item) for name, item in value.items()}


def _limit() -> None:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + GROWTH
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main() -> None:
    """Answer line by line until the input ends."""
    made = environment()
    made.from_string("{% for x in [1] %}{{ x | upper }}{% endfor %}").render()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit()
    print(json.dumps({"ready": True}), flush=True)  # noqa: T201 - standard output is this process's reply
    for line in sys.stdin:
        job = json.loads(line)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        reply = run(made, job["source"], job["context"])
        signal.setitimer(signal.ITIMER_PROF, 0)
        print(json.dumps(reply), flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    main()

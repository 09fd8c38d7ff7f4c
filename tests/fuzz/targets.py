"""What the fuzzer aims at: bytes, and what must hold for them. `python -m tests.fuzz.targets NAME RUNS SEED` runs one."""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Mapping

import atheris

from tests.fuzz.fuzzing import MEMORY

STATUSES = (200, 200, 200, 201, 302, 400, 401, 403, 429, 500, 502, 503)
LONGEST = 4_096
"""Bytes of an input."""


def targets() -> Mapping[str, Callable[[bytes], None]]:
    """By name; what they reach into is instrumented, so that the fuzzer sees new ways."""
    with atheris.instrument_imports(include=["outreach.content", "outreach.channels"]):
        from tests.fuzz import promises

    def replies(given: bytes) -> None:
        status = STATUSES[given[0] % len(STATUSES)] if given else 200
        promises.an_answer_is_understood_or_in_doubt(promises.Answer(status=status, body=given[1:]))

    def broken(given: bytes) -> None:
        if given[:1] == b"!":
            raise promises.Broken("it was broken on purpose")

    def hungry(given: bytes) -> None:
        if given[:1] == b"!":
            bytearray(2 * MEMORY)

    return {
        "front_matter": promises.a_message_is_read_or_its_mistakes_are_placed,
        "markdown": lambda given: promises.markdown_becomes_harmless(
            given.decode("utf-8", "ignore")
        ),
        "replies": replies,
        "broken": broken,
        "hungry": hungry,
    }


def main(name: str, runs: str, seed: str, folder: str) -> None:
    """Never returns; a broken promise ends the process with the input and its traceback."""
    options = (
        f"-atheris_runs={runs}",
        f"-seed={seed}",
        f"-max_len={LONGEST}",
        f"-artifact_prefix={folder}/",
        "-timeout=20",
        "-rss_limit_mb=0",
    )
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    atheris.Setup([sys.argv[0], *options, folder], targets()[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])

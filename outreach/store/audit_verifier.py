#!/usr/bin/env python3
"""Checks an exported delivery log anywhere: this one file, Python 3.9 or later, and nothing else.

    python3 outreach-audit-verify.py export.jsonl [--against checkpoints.txt | --against LINE:HASH] [--language en]

Each line of the export carries the SHA-256 of itself and of the line before it, so an edited, missing or moved line shows.
Whoever rebuilds the whole log can make it agree with itself, but not with a checkpoint that was noted elsewhere before.
Exit code 0: intact. 1: not intact. 2: cannot be read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

SENTENCES = {
    "intact": (
        "Nguyên vẹn: {count} dòng, khớp {checkpoints} mốc kiểm tra. Điểm cuối {head}",
        "Intact: {count} lines, {checkpoints} checkpoints agree. Its end is {head}",
    ),
    "no-checkpoint": (
        "Chưa so với mốc kiểm tra nào: nhật ký viết lại từ đầu sẽ không bị phát hiện (--against).",
        "Compared with no checkpoint: a log that was rebuilt as a whole would not show (--against).",
    ),
    "edited": ("Dòng {seq} đã bị sửa sau khi ghi.", "Line {seq} was edited later."),
    "missing": ("Thiếu dòng {seq}.", "Line {seq} is missing."),
    "reordered": ("Dòng {seq} không nằm đúng chỗ.", "Line {seq} is not in its place."),
    "rebuilt": (
        "Nhật ký đã bị viết lại: dòng {seq} không phải là dòng đã ghi trong mốc kiểm tra.",
        "The log was rebuilt: line {seq} is not the one that the checkpoint noted.",
    ),
    "truncated": (
        "Nhật ký đã bị cắt cụt: thiếu từ dòng {seq}.",
        "The log was truncated: it lacks everything from line {seq}.",
    ),
    "unreadable": ("Không đọc được {what}.", "{what} cannot be read."),
}
"""What it says, in Vietnamese and in English."""

CHECKPOINT = re.compile(r"\b(\d{1,18}):([0-9a-f]{64})\b")


class Finding(NamedTuple):
    """The first thing that is wrong, as a word of `SENTENCES` with its line; `lines` and `head` end what was checked."""

    what: str
    seq: int
    lines: int
    head: str


def verify(lines: list[dict[str, Any]], checkpoints: list[tuple[int, str]]) -> Finding:
    """Check the export's lines, the end line included, and every checkpoint."""
    events = [line for line in lines if "end" not in line]
    ends = [line for line in lines if "end" in line]
    end = ends[0]["end"] if ends else 0
    hashes = {0: ""}
    for line in events:
        wrong = _wrong(line, len(hashes), hashes[len(hashes) - 1], events, end)
        if wrong:
            return Finding(wrong[0], wrong[1], len(hashes) - 1, hashes[len(hashes) - 1])
        hashes[len(hashes)] = line["hash"]
    count = len(hashes) - 1
    if not ends or lines[-1] is not ends[0] or end > count:
        return Finding("truncated", count + 1, count, hashes[count])
    if (end, ends[0]["hash"]) != (count, hashes[count]):
        return Finding("edited", count, count, hashes[count])
    for seq, noted in sorted(checkpoints):
        if seq > count:
            return Finding("truncated", count + 1, count, hashes[count])
        if hashes[seq] != noted:
            return Finding("rebuilt", seq, count, hashes[count])
    return Finding("intact", 0, count, hashes[count])


def _wrong(
    line: dict[str, Any], expected: int, last: str, events: list[dict[str, Any]], end: int
) -> tuple[str, int] | None:
    if not _typed(line) or line["hash"] != seal(line):
        return ("missing", expected) if line["seq"] != expected else ("edited", expected)
    if line["seq"] == expected and line["previous"] == last:
        return None
    if any(other["previous"] == last and other is not line for other in events):
        return ("reordered", expected)
    if line["seq"] != expected or len(events) < end:
        return ("missing", expected)
    return ("edited", max(1, expected - 1))


def _typed(line: dict[str, Any]) -> bool:
    """Whether each part is what the program writes: only then is the text that is sealed divided in one way."""
    try:
        data = json.loads(line["data"])
    except ValueError:
        return False
    numbers = (line["seq"], line["at"], 0 if line["delivery"] is None else line["delivery"])
    words = (line["actor"], line["what"], line["previous"], line["hash"])
    return (
        isinstance(data, dict)
        and all(type(number) is int for number in numbers)
        and all(isinstance(word, str) for word in words)
    )


def seal(line: dict[str, Any]) -> str:
    """The hash that a line must carry: SHA-256 of the previous hash and the line's canonical JSON."""
    actor, what = (json.dumps(line[key], ensure_ascii=False) for key in ("actor", "what"))
    delivery = "null" if line["delivery"] is None else line["delivery"]
    text = (
        f'{line["previous"]}{{"actor":{actor},"at":{line["at"]},"data":{line["data"]},'
        f'"delivery":{delivery},"what":{what}}}'
    )
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read_checkpoints(words: list[str]) -> Iterator[tuple[int, str]]:
    """Every LINE:HASH in the words themselves or in the files that they name. Raises OSError, ValueError."""
    for word in words:
        found = CHECKPOINT.findall(word)
        if not found:
            with open(word, encoding="utf-8", errors="replace") as opened:  # noqa: PTH123 - as short as can be
                found = CHECKPOINT.findall(opened.read())
        if not found:
            raise ValueError(word)
        for seq, noted in found:
            yield int(seq), noted


def read_export(name: str) -> list[dict[str, Any]]:
    """The lines of an export, oldest first. Raises OSError, ValueError."""
    with open(name, encoding="utf-8") as opened:  # noqa: PTH123 - as above
        lines = [json.loads(line) for line in opened if line.strip()]
    wanted = {"seq", "at", "actor", "what", "delivery", "data", "previous", "hash"}
    if not all("end" in line or wanted <= set(line) for line in lines):
        raise ValueError(name)
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Check what the command line names and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("export")
    parser.add_argument("--against", action="append", default=[])
    parser.add_argument("--language", choices=("vi", "en"), default="vi")
    asked = parser.parse_args(arguments)

    def say(word: str, **values: Any) -> None:
        sentence = SENTENCES[word][asked.language == "en"]
        sys.stdout.write(sentence.format(**values) + "\n")

    try:
        checkpoints = list(read_checkpoints(asked.against))
        found = verify(read_export(asked.export), checkpoints)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        say("unreadable", what=f"{asked.export} ({type(error).__name__}: {error})")
        return 2
    head = f"{found.lines}:{found.head}"
    say(found.what, seq=found.seq, count=found.lines, checkpoints=len(checkpoints), head=head)
    if found.what == "intact" and not checkpoints:
        say("no-checkpoint")
    return 0 if found.what == "intact" else 1


if __name__ == "__main__":
    sys.exit(main())

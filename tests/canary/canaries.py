"""Secrets that are easy to find again, whatever was made of them on the way."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote_to_bytes

CORES = {
    "facebook token": "CnryFbTok7a1",
    "facebook secret": "CnryFbSec7b2",
    "facebook key": "CnryFbKey7a9CnryFbKey7a9",
    "zalo secret": "CnryZaSec7c3",
    "zalo refresh": "CnryZaRef7d4",
    "zalo access": "CnryZaAcc7e5",
    "zalo key": "CnryZaKey7f6CnryZaKey7f6",
    "wordpress password": "CnryWpPwd8a7",
    "mail password": "CnryMlPwd8b8",
    "webhook secret": "CnryWhSec8c9",
    "webhook path": "CnryWhPth8d0",
    "webhook query": "CnryWhQry8e1",
    "webhook authorization": "CnryWhAut8f2",
    "apprise password": "CnryApPwd9a3",
    "apprise path": "CnryApPth9b4",
    "micropub token": "CnryMpTok9c5",
    "database password": "CnryDbPwd9d6",
    "issued access": "CnryNwAcc9e7",
    "issued refresh": "CnryNwRef9f8",
}
"""What shows which secret got out, and where: letters and digits, so that most encodings leave it whole."""

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}){12,}")


def secrets(port: int) -> Mapping[str, str]:
    """Every secret of a configuration by the name of its file; its addresses lead to `port`."""
    core = CORES
    hook = base64.b64encode(f"{core['webhook secret']}-{'x' * 20}".encode()).decode()
    address = f"http://127.0.0.1:{port}/{core['webhook path']}"
    apprise = f"json://office:{core['apprise password']}@127.0.0.1:{port}/{core['apprise path']}"
    return {
        "facebook_token": f"EAA{core['facebook token']}/+&=",
        "facebook_secret": core["facebook secret"],
        "facebook_key": base64.b64encode(f"{core['facebook key']}12345678".encode()).decode(),
        "zalo_secret": core["zalo secret"],
        "zalo_refresh": f"{core['zalo refresh']}_-.~",
        "zalo_access": core["zalo access"],
        "zalo_key": base64.b64encode(f"{core['zalo key']}12345678".encode()).decode(),
        "wordpress_password": f"{core['wordpress password'][:6]} {core['wordpress password'][6:]} Kx7q",
        "mail_password": f'{core["mail password"]}/+&"<x>',
        "webhook_secret": f"whsec_{hook}",
        "webhook_url": f"{address}?token={core['webhook query']}",
        "webhook_authorization": f"Bearer {core['webhook authorization']}",
        "apprise_url": apprise,
        "micropub_token": core["micropub token"],
    }


def found_in(text: bytes) -> set[str]:
    """The names of the secrets that a text holds, as they are or packed; the test's own search, not the program's."""
    known = {name: core.lower().encode() for name, core in CORES.items()}
    seen = [re.sub(rb"\s", b"", unpacked.lower()) for unpacked in _unpacked(text)]
    return {name for name, core in known.items() if any(core in each for each in seen)}


def found_below(folder: Path) -> dict[str, set[str]]:
    """Which files below a folder hold which secrets."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    found = {str(file.relative_to(folder)): found_in(file.read_bytes()) for file in files}
    return {name: inside for name, inside in found.items() if inside}


def _unpacked(text: bytes) -> Iterator[bytes]:
    yield text
    yield unquote_to_bytes(text)
    yield html.unescape(text.decode(errors="replace")).encode()
    yield re.sub(rb"\\(.)", rb"\1", text)
    for run in _HEX.findall(text):
        yield bytes.fromhex(run.decode()[: len(run) // 2 * 2])
    for run in _BASE64.findall(text):
        for begin in range(4):
            whole = run[begin:].translate(bytes.maketrans(b"-_", b"+/"))
            yield base64.b64decode(whole + b"A" * (-len(whole) % 4))

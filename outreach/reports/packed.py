"""Office files are zip archives that note when they were packed; here the same content gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest instant that a zip archive can note."""

_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def repacked(packed: bytes, moment: datetime) -> bytes:
    """The same parts in the same order, made and changed at `moment` (aware)."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>%s\g<3>" % _stamp(moment), content)
            part = zipfile.ZipInfo(name, date_time=EPOCH)
            new.writestr(part, content, compress_type=zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _stamp(moment: datetime) -> bytes:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()

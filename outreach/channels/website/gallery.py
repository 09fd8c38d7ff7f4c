"""The public pictures of a site: its own, and those of channels whose service fetches pictures by their address."""

from __future__ import annotations

import hashlib
from pathlib import Path

from outreach.channel import Media, Reject, RetryAt, Text
from outreach.channels._urls import percent_encoded
from outreach.channels.website.cards import media_path
from outreach.channels.website.files import SiteFolder


class Gallery:
    """The pictures in the folder of a site whose public address is `base_url`."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self._folder = SiteFolder(root=folder)
        self._base_url = base_url.rstrip("/") + "/"

    def show(self, medium: Media, address: str) -> bool:
        """Put the picture at `address` for good, and say whether that lies on this site. Raises `RetryAt`, `Reject`."""
        if percent_encoded(address) != percent_encoded(self._base_url + media_path(medium)):
            return False
        content = bytes_of(medium)
        try:
            with self._folder.alone():
                self._folder.write(media_path(medium), content, durable=True)
        except OSError as error:
            raise RetryAt(not_written(error)) from error
        return True


def bytes_of(medium: Media) -> bytes:
    """The picture that was planned. Raises `RetryAt` when it cannot be read, `Reject` when it is another one."""
    try:
        content = medium.file.read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        raise RetryAt(
            Text("The picture {name} cannot be read: {error}", name=medium.name, error=why)
        ) from error
    if hashlib.sha256(content).hexdigest() != medium.sha256:
        raise Reject(Text("The picture {name} is not the one that was planned.", name=medium.name))
    return content


def not_written(error: OSError) -> Text:
    """Why the site stays as it is."""
    return Text("The site's folder cannot be written: {error}", error=error.strerror or str(error))

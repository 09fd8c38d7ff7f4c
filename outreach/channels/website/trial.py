"""A test post: a page at an address that nobody can guess, that nothing names and that asks search engines to stay away."""

from __future__ import annotations

import secrets

from outreach.channel import PauseChannel, Text, Trial
from outreach.channels._trials import DONE
from outreach.channels.website.cards import Frame
from outreach.channels.website.files import SiteFolder
from outreach.channels.website.gallery import not_written
from outreach.channels.website.pages import Edition
from outreach.channels.website.settings import Settings

SAFE_PLACE = Text(
    "A page at an address that nobody can guess; no list, feed or search engine names it, and it is removed at once."
)


def try_out(folder: SiteFolder, settings: Settings, text: str) -> Trial:
    """Write the page, read it back, remove it. Raises `PauseChannel` where nothing can be written."""
    place = f"thu-{secrets.token_hex(16)}"
    path = f"{place}/index.html"
    edition = Edition(Frame(settings=settings, language=settings.language), ())
    page = edition.render("trial.html", f"{place}/", said=text)
    try:
        folder.write(path, page)
    except OSError as error:
        raise PauseChannel(not_written(error)) from error
    seen = folder.read(path) == page
    try:
        folder.remove(path)
        folder.remove_folder(place)
    except OSError as error:
        left = Text("The page {path}; remove it by hand in the site's folder.", path=path)
        return Trial(ok=False, said=not_written(error), left=left)
    if seen:
        return Trial(ok=True, said=DONE)
    return Trial(
        ok=False, said=Text("The test page was written, but does not stand in the folder.")
    )

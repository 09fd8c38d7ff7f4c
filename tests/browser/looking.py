"""How the browser looks at a page: what it complains about, what axe finds, what does not fit, what the keyboard cannot reach."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

PAPER = 718
"""How many pixels fit on a sheet of A4 between its margins."""

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")

_RUN = "axe.run({resultTypes: ['violations'], rules: {'target-size': {enabled: true}}})"

_TOO_WIDE = """() => document.documentElement.scrollWidth > window.innerWidth"""

_LISTEN = """() => {
  window.look = of => [of, ...of.querySelectorAll('*')].map(one => {
    const style = getComputedStyle(one);
    return [style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor, style.backgroundColor,
            style.stroke, style.strokeWidth].join();
  }).join(';');
  window.reached = new Map();
  document.addEventListener('focusin', event => window.reached.set(event.target, window.look(event.target)));
}"""
_UNSEEN = """() => {
  document.activeElement.blur();
  return [...window.reached].filter(([one, then]) => window.look(one) === then).map(([one]) => one.outerHTML.slice(0, 160));
}"""
_STOPS = """() => document.querySelectorAll('a, button, input, select, textarea, summary, [tabindex]').length
  + 4 * document.querySelectorAll('[type=date]').length"""
_ALL = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
  .filter(one => one.type !== 'hidden' && !one.disabled && one.checkVisibility({visibilityProperty: true}))"""


def opened(
    chromium: Browser, width: int, scheme: str, *, scripts: bool = True
) -> tuple[BrowserContext, list[str]]:
    """A browser of that size, and what it complains about; a page that says no is no complaint."""
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=scripts,
        locale="vi-VN",
        reduced_motion="reduce",
    )
    context.set_default_timeout(15_000)
    said = list[str]()

    def hear(message: ConsoleMessage) -> None:
        refused = "the server responded with a status of" in message.text
        if message.type in ("error", "warning") and not refused:
            said.append(message.text)

    context.on("console", hear)
    context.on("weberror", lambda error: said.append(str(error.error)))
    return context, said


def faults(page: Page) -> list[tuple[str, str]]:
    """What axe finds, best practices and the size of targets included."""
    page.evaluate(AXE)
    found = page.evaluate(_RUN)["violations"]
    return [(fault["id"], fault["nodes"][0]["html"]) for fault in found]


def widths(page: Page, *sizes: int) -> list[tuple[str, str]]:
    """At which widths something must be scrolled sideways: 320 is WCAG's narrowest, half a screen is a zoom of 200 %."""
    kept = page.viewport_size or {"width": 1280, "height": 900}
    found = []
    for width in sizes:
        page.set_viewport_size({"width": width, "height": kept["height"]})
        if page.evaluate(_TOO_WIDE):
            found.append(("wider than the screen", str(width)))
    page.set_viewport_size(kept)
    return found


def large_letters(page: Page) -> list[tuple[str, str]]:
    """Whether the page fits when a reader doubles the size of its letters."""
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found = [("does not fit", "letters of 200 %")] if page.evaluate(_TOO_WIDE) else []
    page.evaluate("document.documentElement.style.fontSize = ''")
    return found


def by_keyboard(page: Page) -> list[tuple[str, str]]:
    """What the key Tab does not reach, and what does not show that it is chosen."""
    page.evaluate(_LISTEN)
    page.evaluate("document.body.focus()")
    for _ in range(page.evaluate(_STOPS) + 2):
        page.keyboard.press("Tab")
    missed: list[str] = page.evaluate(
        f"({_ALL})().filter(one => !window.reached.has(one)).map(one => one.outerHTML.slice(0, 160))"
    )
    unseen: list[str] = page.evaluate(_UNSEEN)
    return [("not reached", one) for one in missed] + [("focus not seen", one) for one in unseen]

"""``python -m evals.bench.paint ADDRESS``: how long after its address is opened the chat page can be used.

Against a server that runs, in Chromium at 1366×768, each time in a browser context of its own, so that nothing is kept
from the time before. A page can be used when its welcome and the box for the question have been painted and nothing
covers them. Beside it stands the first paint of anything. Times in milliseconds from the beginning of the navigation,
as the page's own clock has them.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any

import click

from rag.lang import say

WIDTH, HEIGHT = 1366, 768
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_WITHIN_MS = 60_000
# The second frame after both are there: by then the first one has been painted.
_USABLE = """() => {
  const isThere = (one) => one && one.checkVisibility({ visibilityProperty: true })
    && one.getBoundingClientRect().height > 0;
  const look = () => {
    const boot = document.getElementById("boot");
    const isReady = isThere(document.querySelector("#now .welcome"))
      && isThere(document.querySelector("#question textarea")) && !(boot && isThere(boot));
    if (!isReady) requestAnimationFrame(look);
    else requestAnimationFrame(() => { window.usableAt = performance.now(); });
  };
  look();
}"""


@click.command(help=say("Đo lúc trang hỏi đáp dùng được.", "Measure when the chat page can be used."))
@click.argument("address")
@click.option("--times", default=5, show_default=True, type=click.IntRange(1), help=say("Số lần mở.", "Openings."))
def command(address: str, times: int) -> None:
    """Open the page and print the figures as JSON."""
    click.echo(json.dumps(summary(measure(address, times)), indent=1))


def measure(address: str, times: int) -> list[tuple[float, float]]:
    """First and first usable paint of each opening, in milliseconds.

    :raises click.ClickException: If no Chromium is installed.
    """
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        raise click.ClickException(say("Không tìm thấy Chromium.", "No Chromium found."))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        try:
            return [open_once(browser, address) for _ in range(times)]
        finally:
            browser.close()


def open_once(browser: Any, address: str) -> tuple[float, float]:
    """First and first usable paint, in milliseconds, of a page in a context of its own.

    :param browser: Chromium of playwright.
    """
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, locale="vi-VN")
    try:
        context.set_default_timeout(_WITHIN_MS)
        page = context.new_page()
        page.add_init_script(f"({_USABLE})()")
        page.goto(address, wait_until="commit")
        page.wait_for_function("window.usableAt")
        first = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
        return float(first), float(page.evaluate("window.usableAt"))
    finally:
        context.close()


def summary(opened: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """Median and worst of the openings.

    :param opened: First and first usable paint of each, in milliseconds.
    """
    first, usable = zip(*opened, strict=True)
    return {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(), "load": os.getloadavg()[0], "viewport": f"{WIDTH}x{HEIGHT}", "n": len(opened),
        "first_paint_median_ms": round(median(first)), "first_paint_worst_ms": round(max(first)),
        "usable_median_ms": round(median(usable)), "usable_worst_ms": round(max(usable)),
        "usable_ms": [round(one) for one in usable],
    }  # fmt: skip


if __name__ == "__main__":
    command()

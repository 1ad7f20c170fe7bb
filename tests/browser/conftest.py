"""A real server over a small index, and Debian's Chromium to look at it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from bench.links import CHROMIUM
from qa.app import create_app
from tests.qa.helpers import holder_of, index_texts
from tests.running import running

ANSWER = "Une sage-femme suit la grossesse normale, l'accouchement et les suites de couches."
QUESTION = "Une sage-femme suit-elle la grossesse normale, l'accouchement et les suites de couches ?"
LONG = "guides/Le long été.txt"


def long_text() -> str:
    """A text of several screens, the answer far below the first and not at the end."""
    towns = ["Brest", "Lille", "Nantes", "Dijon", "Nice", "Tours", "Reims", "Metz", "Pau", "Caen"]
    chapters = [
        f"Chapitre {number}\n\nLe relevé {number} vient de {town}. "
        + " ".join(f"Il y est noté {number * 37 + line} visites au mois {line}." for line in range(1, 13))
        for number, town in enumerate(towns * 3, 1)
    ]
    chapters.insert(20, f"Naissance\n\n{ANSWER} Elle exerce en ville ou à la maternité.")
    return "Le long été\n\n" + "\n\n".join(chapters) + "\n"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a uvicorn server on a free port."""
    folder = tmp_path_factory.mktemp("browser")
    index_texts(
        folder, {LONG: long_text(), "cpts.md": "# Les CPTS\n\nUne CPTS organise les soins de ville.\n"}
    )
    # The fake encoder's cosines are spread wider than those that the usual threshold is made for.
    with running(create_app(holder_of(folder / "home"), threshold=0.99)) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. Where it is missing the tests are skipped, except in continuous integration."""
    chromium = shutil.which("chromium")
    if chromium is None:
        stop = pytest.fail if "CI" in os.environ else pytest.skip
        stop("chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM))
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, server: str) -> Iterator[Page]:
    """The first page, opened. No request may leave the server, and nothing may go wrong in the page."""
    opened = browser.new_page(base_url=server, viewport={"width": 1000, "height": 700})
    opened.set_default_timeout(10_000)
    requested: list[str] = []
    complaints: list[str] = []
    opened.on("request", lambda request: requested.append(request.url))
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto("/")
    yield opened
    opened.close()
    assert requested[0] == f"{server}/"
    assert [url for url in requested if not url.startswith(f"{server}/")] == []
    assert complaints == []

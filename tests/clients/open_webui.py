"""Open WebUI itself, pointed at the service and driven in Chromium as a person would.

`python -m tests.clients.open_webui --home HOME --command OPEN-WEBUI --out FOLDER` (`make clients`) asks a
question and a follow-up, opens a source's card and the source, and leaves a screenshot of each. Fails,
saying at what, when something is not as it should be.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2
from playwright.sync_api import Locator, Page, sync_playwright

from bench.links import CHROMIUM

QUESTION, FOLLOW_UP = "Qu'est-ce qu'une CPTS ?", "Qui les finance ?"
# What the first passages found say, in the demonstration texts.
ANSWER, FOLLOW_UP_ANSWER = "travailler ensemble autour d’un projet de santé commun", "Une part fixe finance"
# Seconds: Open WebUI loads for half a minute, and makes its database, on two cores.
_LONGEST_START = 300
_CARD = ".modal, [role=dialog]"
# Nothing is looked up, measured or downloaded; no account to make.
_OFFLINE = {
    "WEBUI_AUTH": "False",
    "WEBUI_SECRET_KEY": "essai",
    "ENABLE_OLLAMA_API": "False",
    "HF_HUB_OFFLINE": "1",
    "RAG_EMBEDDING_ENGINE": "openai",
    "ENABLE_VERSION_UPDATE_CHECK": "False",
    "SCARF_NO_ANALYTICS": "true",
    "DO_NOT_TRACK": "true",
    "ANONYMIZED_TELEMETRY": "false",
}


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def started(command: list[str], settings: Mapping[str, str], ready: str, log: Path) -> Iterator[None]:
    """A command that serves, from its first good reply at `ready` to the end of the block."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env={**os.environ, **settings}, stdout=output, stderr=output, cwd=log.parent
        )
    try:
        deadline = time.monotonic() + _LONGEST_START
        while not _answers(ready):
            assert process.poll() is None, f"{command[0]} ended: see {log}"
            assert time.monotonic() < deadline, f"{command[0]} does not answer: see {log}"
            time.sleep(0.5)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _answers(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=5).status_code == 200
    except httpx2.TransportError:
        return False


def drive(page: Page, address: str, out: Path) -> Iterator[str]:
    """Does what a person does there; says each thing that was seen to be right."""
    page.goto(address, timeout=90_000)
    # The first visit shows what is new, once it has loaded.
    page.get_by_role("button", name="D'accord, allons-y !").click(timeout=60_000)
    box = page.locator("#chat-input")

    answer = _ask(page, QUESTION, 1)
    page.screenshot(path=out / "1-reponse.png")
    assert ANSWER in answer.inner_text()
    yield f"« {QUESTION} » : la réponse vient des textes"

    chips = answer.locator("button", has_text="CPTS")
    assert chips.count() >= 1
    chips.first.click()
    card = page.locator(_CARD).last
    card.locator("a").first.wait_for()
    page.wait_for_timeout(500)  # it fades in
    page.screenshot(path=out / "2-fiche.png")
    assert ANSWER in card.inner_text()
    assert re.search(
        r"/source/\S+start=\d+&end=\d+#passage:~:text=", str(card.locator("a").first.get_attribute("href"))
    )
    page.keyboard.press("Escape")
    card.wait_for(state="hidden")
    yield "une source numérotée ouvre sa fiche, qui contient le passage et un lien"

    box.wait_for()
    follow_up = _ask(page, FOLLOW_UP, 2)
    page.screenshot(path=out / "3-suite.png")
    assert FOLLOW_UP_ANSWER in follow_up.inner_text()
    yield f"« {FOLLOW_UP} » : la question de suite est comprise"

    with page.context.expect_page() as opened:
        answer.locator("a", has_text="CPTS").first.click()
    source = opened.value
    source.locator("#passage").wait_for()
    source.wait_for_timeout(500)
    source.screenshot(path=out / "4-source.png")
    assert ANSWER in source.locator("#passage").inner_text()
    yield "le lien d'une source ouvre le texte, au passage"

    # Open WebUI asks the service for it, and curls its apostrophes.
    page.wait_for_function("document.title.includes('une CPTS')")
    yield "la conversation a reçu un titre"


def _ask(page: Page, question: str, count: int) -> Locator:
    box = page.locator("#chat-input")
    box.click()
    page.keyboard.type(question)
    page.keyboard.press("Enter")
    answer = page.locator(".chat-assistant").nth(count - 1)
    answer.locator("button", has_text=re.compile(r"^\s*\d+ Sources?\s*$")).wait_for(timeout=60_000)
    return answer


def main() -> None:
    """Starts both services, drives, prints what was right; exits with 1 at the first thing that is not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--command", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    out: Path = given.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("chromium is not installed: apt-get install chromium")
    service, front = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    sourcier = [str(Path(sys.executable).with_name("sourcier")), "serve", "--home", str(given.home.resolve())]
    with (
        tempfile.TemporaryDirectory() as data,
        started(
            [*sourcier, "--port", service.rpartition(":")[2]],
            {"SOURCIER_CHAT_SOURCES": "openwebui"},
            f"{service}/health/ready",
            out / "sourcier.log",
        ),
        started(
            [
                str(given.command.absolute()),
                "serve",
                "--host",
                "127.0.0.1",
                "--port",
                front.rpartition(":")[2],
            ],
            {**_OFFLINE, "DATA_DIR": data, "OPENAI_API_BASE_URL": f"{service}/v1", "OPENAI_API_KEY": "libre"},
            f"{front}/api/config",
            out / "open-webui.log",
        ),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM))
        page = browser.new_page(locale="fr-FR", viewport={"width": 1200, "height": 900})
        for seen in drive(page, front, out):
            print(f"✓ {seen}", flush=True)
        browser.close()
    print(f"captures d'écran : {out}")


if __name__ == "__main__":
    main()

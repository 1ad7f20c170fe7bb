"""A person asks, reads the answer, and finds the very sentence in the source."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.conftest import ANSWER, LONG, QUESTION, long_text

SCREEN = 700


def ask(page: Page, question: str) -> None:
    page.get_by_label("Votre question").fill(question)
    follow(page, page.get_by_role("button", name="Demander"))


def follow(page: Page, link: Locator) -> None:
    """Clicks, and waits for the page that this opens."""
    with page.expect_navigation():
        link.click()


def citation(page: Page) -> dict[str, Any]:
    """The first citation that the API gives for the same question."""
    found = page.request.post("/v1/ask", data={"question": QUESTION}).json()["citations"][0]
    assert isinstance(found, dict)
    return found


def whole_text(mark: Locator) -> str:
    """The characters in the page, not what is drawn of them."""
    return mark.text_content() or ""


def assert_on_screen(mark: Locator) -> None:
    box = mark.bounding_box()
    assert box is not None
    assert 0 <= box["y"] < box["y"] + box["height"] <= SCREEN


def assert_scrolled(page: Page) -> None:
    """The text is longer than the screen, and the page did not stay at its start."""
    assert page.evaluate("document.documentElement.scrollHeight") > 2 * SCREEN
    page.wait_for_function(f"() => window.scrollY > {SCREEN}")


def test_an_answer_is_read_with_its_number_and_its_sentence_marked(page: Page, tmp_path: Path) -> None:
    ask(page, QUESTION)
    assert page.locator("#answer h2").inner_text() == "Réponse"
    assert page.locator("#answer .sentence").all_inner_texts() == [f"{ANSWER} [1]"]
    assert page.locator("#c1 blockquote").text_content() == citation(page)["quote"]
    assert page.locator("#c1 mark").all_text_contents() == [ANSWER]
    assert page.locator("#question").input_value() == QUESTION
    page.screenshot(path=tmp_path / "answer.png")
    assert (tmp_path / "answer.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_the_number_opens_the_source_at_the_sentence(page: Page) -> None:
    ask(page, QUESTION)
    follow(page, page.get_by_role("link", name="[1]", exact=True))
    assert page.locator("h1").inner_text() == "Le long été"
    assert whole_text(page.locator("mark#passage")) == ANSWER
    assert page.locator("mark").count() == 1
    assert_scrolled(page)
    assert_on_screen(page.locator("mark#passage"))


def test_the_title_opens_the_source_at_the_passage(page: Page) -> None:
    ask(page, QUESTION)
    first = citation(page)
    follow(page, page.locator("#c1 a.source"))
    address = urlsplit(page.url)
    assert f"{address.path}?{address.query}#{address.fragment}" == first["url"]
    # As drawn: the line ends of the text are those on the screen.
    assert page.locator(".text").inner_text() == long_text()
    assert whole_text(page.locator("mark#passage")) == first["quote"]
    assert_scrolled(page)
    assert_on_screen(page.locator("mark#passage"))


def test_a_source_scrolled_away_is_brought_back_to_its_passage(page: Page) -> None:
    page.goto(citation(page)["url"])
    page.evaluate("window.scrollTo(0, 0)")
    assert page.evaluate("window.scrollY") == 0
    page.get_by_role("link", name="aller au passage").click()
    assert_scrolled(page)
    assert_on_screen(page.locator("mark#passage"))


def test_a_refused_question_is_told_and_shows_the_nearest_passages(page: Page) -> None:
    ask(page, QUESTION)
    assert page.locator("#answer.answered").count() == 1
    ask(page, "Recette cassoulet toulousain")
    assert page.locator("#answer.refused h2").inner_text() == "Les textes ne le disent pas"
    reason = "Les textes n'emploient pas les mots importants de cette question."
    assert page.locator("#answer p").all_inner_texts() == [reason]
    assert page.locator("ol.passages > li").count() == 5


@pytest.mark.parametrize(
    "mark_up", ["<b>gras</b>", "<script>document.title='pris'</script>", '"><img src=x>']
)
def test_mark_up_in_a_question_is_shown_as_text(page: Page, mark_up: str) -> None:
    question = f"Qu'est-ce que {mark_up} & co ?"
    ask(page, question)
    assert page.locator("#answer h2").count() == 1
    assert page.title() == f"{question} – Sourcier"
    assert page.locator("#question").input_value() == question
    assert page.locator("main b, main script, main img").count() == 0


def test_enter_asks_and_the_address_can_be_shared(page: Page) -> None:
    page.get_by_label("Votre question").fill(QUESTION)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    shared = page.url
    page.goto("/")
    assert page.locator("#answer").count() == 0
    page.goto(shared)
    assert page.locator("#answer .sentence").all_inner_texts() == [f"{ANSWER} [1]"]


def test_the_page_fits_a_telephone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    ask(page, QUESTION)
    assert page.locator(".file", has_text=LONG).count() > 0
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_the_page_is_whole_and_styled(page: Page) -> None:
    brand = page.get_by_role("link", name="Sourcier")
    # Only the style sheet says so: without it a link is underlined.
    assert brand.evaluate("link => getComputedStyle(link).textDecorationLine") == "none"
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.evaluate("document.activeElement.id") == "question"

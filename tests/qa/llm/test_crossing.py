"""A figure or a date said of what another is said of."""

from __future__ import annotations

import pytest

from tests.qa.llm.support import checked

LAW = "La loi a été modifiée par le décret du 3 mars 2010 et complétée en 2012."


@pytest.mark.parametrize(
    ("problem", "claim"),
    [
        (None, "La loi a été modifiée par le décret du 3 mars 2010."),
        (None, "La loi a été complétée en 2012."),
        ("part", "La loi a été complétée par le décret du 3 mars 2010."),
        ("bound elsewhere", "La loi a été modifiée par le décret et complétée le 3 mars 2010."),
        ("part", "La loi a été modifiée en 2012."),
    ],
)
def test_a_date_goes_with_what_stands_before_it(problem: str | None, claim: str) -> None:
    assert checked(f"{claim} [1]", LAW).problem == problem

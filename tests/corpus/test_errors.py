"""Errors say what a person can act on."""

from __future__ import annotations

import errno

import pytest

from corpus.errors import MissingTexts, said


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "le disque est plein"),
        (PermissionError(errno.EACCES, "Permission denied"), "accès refusé"),
        (OSError(errno.ELOOP, "Too many levels of symbolic links"), "Too many levels of symbolic links"),
        (TimeoutError(), "TimeoutError"),
        (MissingTexts("le dossier n'existe pas"), "le dossier n'existe pas"),
    ],
)
def test_an_error_is_said_in_french_where_that_is_known(error: Exception, sentence: str) -> None:
    assert said(error) == sentence

"""The root of Sourcier's errors, and those that reading texts can raise.

Messages are French sentences: they reach the person at the terminal or on the page.
"""


class SourcierError(Exception):
    """An error that states a fact and its remedy, in one sentence a person can act on."""


class MissingTexts(SourcierError):
    """The folder of texts does not exist or is not a folder."""


class UnreadableFile(SourcierError):
    """One file cannot be read; the others still can."""

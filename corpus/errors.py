"""The root of Sourcier's errors, and those that reading texts can raise.

Messages are French sentences: they reach the person at the terminal or on the page.
"""

import errno

# What a person may meet; the system's own words, in English, for the rest.
_SAID = {
    errno.EACCES: "accès refusé",
    errno.EPERM: "accès refusé",
    errno.ENOENT: "introuvable",
    errno.EISDIR: "c'est un dossier",
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "le quota de disque est atteint",
    errno.EFBIG: "le fichier dépasse la taille permise",
    errno.EROFS: "le disque est en lecture seule",
    errno.EIO: "le disque est défaillant",
    errno.EMFILE: "trop de fichiers sont ouverts",
}


def said(error: Exception) -> str:
    """What an error says to a person: our own as they are, those of the system in French where known."""
    if not isinstance(error, OSError):
        return str(error)
    return _SAID.get(error.errno or 0) or error.strerror or type(error).__name__


class SourcierError(Exception):
    """An error that states a fact and its remedy, in one sentence a person can act on."""


class MissingTexts(SourcierError):
    """The folder of texts does not exist or is not a folder."""


class UnreadableFile(SourcierError):
    """One file cannot be read; the others still can."""

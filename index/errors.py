"""What can go wrong with an index. Messages are French: they reach the person at the terminal."""

from __future__ import annotations

from pathlib import Path

from corpus.errors import SourcierError, said


class ModelUnavailable(SourcierError):
    """The embedding model cannot be loaded or prepared."""


class Overloaded(SourcierError):
    """More questions wait for the model than it answers in a moment. Asked again later, it will do."""


class UnusableHome(SourcierError):
    """The folder where the index lives cannot be written."""

    @classmethod
    def because(cls, home: Path, error: OSError) -> UnusableHome:
        """The error of a home that the operating system refuses."""
        return cls(
            f"l'index ne peut pas s'écrire dans {home} ({said(error)}) ; indiquez un dossier avec --home"
        )


class NoIndex(SourcierError):
    """Nothing has been built in this home yet."""


class DamagedIndex(SourcierError):
    """A file of a generation is missing or is not what the manifest says."""


class IncompatibleIndex(SourcierError):
    """The generation is sound, but was built with another model or another format."""


class UnknownGeneration(SourcierError):
    """No generation that is kept has this name, or none is older than the one served."""


class NothingIndexed(SourcierError):
    """A build found no text that could be read."""


class BuildUnderWay(SourcierError):
    """Another process is building in this home."""


class BuildCancelled(SourcierError):
    """Raised by a progress callback to stop a build: the draft goes, the old index stays."""

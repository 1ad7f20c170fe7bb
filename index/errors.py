"""What can go wrong with an index. Messages are French: they reach the person at the terminal."""

from corpus.errors import SourcierError


class ModelUnavailable(SourcierError):
    """The embedding model cannot be loaded or prepared."""


class UnusableHome(SourcierError):
    """The folder where the index lives cannot be written."""


class NoIndex(SourcierError):
    """Nothing has been built in this home yet."""


class DamagedIndex(SourcierError):
    """A file of a generation is missing or is not what the manifest says."""


class IncompatibleIndex(SourcierError):
    """The generation is sound, but was built with another model or another format."""


class NothingIndexed(SourcierError):
    """A build found no text that could be read."""

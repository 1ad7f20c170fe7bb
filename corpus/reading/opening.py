"""Opens a file of the folder of texts, and never one outside, whatever links are put in its way.

Does not list and does not parse.
"""

from __future__ import annotations

import os
import stat
from contextlib import ExitStack
from io import BufferedReader
from pathlib import Path

from corpus.errors import UnreadableFile

LEADS_OUT = "lien qui sort du dossier"


def open_inside(root: Path, source: str) -> BufferedReader:
    """The file `source` of `root`, a resolved folder, for reading. Links within the folder are followed.

    Raises OSError, or UnreadableFile where the file is not inside or is no regular file.
    """
    path = _resolved(root, source)
    if not path.is_relative_to(root):
        raise UnreadableFile(LEADS_OUT)
    # What was resolved is no link. A pipe put in its place must not make us wait for a writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with ExitStack() as on_error:
        on_error.callback(os.close, descriptor)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnreadableFile("pas un fichier ordinaire")
        # A folder of the path may have become a link between the two lines above.
        same = os.path.samestat(path.stat(), os.fstat(descriptor))
        if not same or _resolved(root, source) != path:
            raise UnreadableFile("remplacé pendant la lecture")
        on_error.pop_all()
    return os.fdopen(descriptor, "rb")


def _resolved(root: Path, source: str) -> Path:
    # Path.resolve raises RuntimeError where a link leads to itself, this an OSError.
    return Path(os.path.realpath(root / source, strict=True))

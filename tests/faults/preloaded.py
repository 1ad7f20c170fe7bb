"""Imported once by the server that victims are forked from: what every build reads first, read already.

The words of French take a build's first second; a victim that is killed within its first build
would otherwise be killed there, time after time. Begins no thread.
"""

import index.verification  # noqa: F401
import qa.building  # noqa: F401
import tests.faults.support  # noqa: F401
from index.lexicon import NO_WORDING, update_lexicon

update_lexicon(NO_WORDING, (), ("une archiviste",), lambda: iter(("une archiviste",)))

"""How a build says how far it is. Shows nothing."""

from __future__ import annotations

from collections.abc import Callable

# stage, done, total. May raise BuildCancelled, which stops the build.
Progress = Callable[[str, int, int], None]
# The stage that counts passages, not texts.
ENCODING = "encodage"

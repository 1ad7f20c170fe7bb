"""Whether a new index may take the place of the one served. Builds nothing, serves nothing."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from index.cross_encoder import Reranker, load_reranker
from index.embedded import EmbeddedEngine
from index.embedding import Encoder
from index.errors import DamagedIndex, IncompatibleIndex, NoIndex
from index.opening import open_engine, open_generation
from index.progress import Progress
from qa.config import BadSetting, Settings
from qa.drift.comparing import compare
from qa.drift.questions import replayed_questions
from qa.drift.records import Drift
from qa.refusal import threshold_of


@dataclass(slots=True)
class Gate:
    """Asks its questions of the index served and of a candidate; `report` is what came of it last.

    `limit`: the share of the questions, 0 to 1, that may become worse; None only reports.
    """

    questions: tuple[str, ...]
    home: Path
    encoder: Encoder
    reranker: Reranker | None
    threshold: float
    limit: float | None
    progress: Progress
    report: Drift | None = field(default=None, init=False)

    def approve(self, candidate: Path) -> bool:
        """Whether the candidate, the folder of a complete generation, may be served.

        It may where no index is served yet, or only one that does not open: there is nothing to
        lose. Raises as `compare` does.
        """
        return self.compare(candidate).passes(self.limit)

    def compare(self, candidate: Path) -> Drift:
        """What the candidate would change.

        Raises DamagedIndex or IncompatibleIndex when the candidate itself does not open.
        """
        self.report = None
        with closing(open_generation(candidate, self.encoder, self.reranker)) as new:
            old = self._served()
            try:
                self.report = compare(old, new, self.questions, self.threshold, self.progress)
            finally:
                if old is not None:
                    old.close()
        return self.report

    def _served(self) -> EmbeddedEngine | None:
        try:
            return open_engine(self.home, self.encoder, self.reranker)
        except (NoIndex, DamagedIndex, IncompatibleIndex):
            return None


def gate(settings: Settings, encoder: Encoder, progress: Progress = lambda *_: None) -> Gate | None:
    """The gate of these settings; None where there is no question to ask again yet.

    To be called before the build: raises BadQuestions when the file of questions cannot be used,
    and BadSetting when a limit is set but there will never be a question to hold it.
    """
    if settings.gate is not None and settings.questions is None and not settings.remember:
        raise BadSetting(
            f"SOURCIER_GATE={settings.gate:g} : aucune question à reposer ; donnez un fichier avec "
            "SOURCIER_QUESTIONS, ou gardez celles qui sont reçues avec SOURCIER_REMEMBER"
        )
    questions = replayed_questions(settings)
    if not questions:
        return None
    return Gate(
        questions,
        settings.home,
        encoder,
        None if settings.reranker is None else load_reranker(settings.reranker),
        threshold_of(settings.risk),
        settings.gate,
        progress,
    )

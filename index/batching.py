"""Questions asked at the same moment are encoded together: one pass over four costs less than four passes.

No thread of its own: a question that finds the model idle is encoded at once, by whoever asks it; those
that come meanwhile wait, and the first of them then encodes them all. So nobody waits for company, and the
more there are the longer the batches. Does not encode, and keeps nothing.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence

from corpus import cores
from index.embedding import EncodedPassage, EncodedQuestion, Encoder, EncoderInput
from index.errors import Overloaded
from index.interaction import Interaction
from index.stages import WAITING, mark

# So many questions share a pass, as long as no more characters than these would be read with the
# shorter ones filled up to the longest: a long question must not make seven short ones long. On PIAF a
# question alone takes the default model 3.4 ms of a core, of two 2.6, of four 2.3, of eight 2.0, of
# sixteen 2.2 (bench/RESULTS.md, "Serving").
MOST_TOGETHER = 8
MOST_CHARACTERS = 2400
# So many questions wait, at 2 ms each for an eighth of a second; more are refused at once.
LONGEST_QUEUE = 64


def passes_at_once() -> int:
    """How many passes run at the same moment: one for each core but the last.

    That one is for all that is not the model, a third of an answer. With sixteen clients on two
    cores, one pass at a time has a 99th percentile of 174 ms (median of three rounds), two of 233,
    at the same throughput (bench/RESULTS.md, "Serving").
    """
    return max(1, cores.count() - 1)


class _Waiting:
    """A question that waits. `woken` is locked until it is encoded, or has a pass to encode: its `mates`,
    itself the first of them.
    """

    __slots__ = ("began", "encoded", "error", "mates", "question", "woken")

    def __init__(self, question: tuple[str, str]) -> None:
        self.question = question
        self.woken = threading.Lock()
        self.woken.acquire()
        self.mates: list[_Waiting] = []
        self.encoded: EncodedQuestion | None = None
        self.error: BaseException | None = None
        self.began = 0.0


class BatchingEncoder:
    """The encoder given, its questions encoded together where several threads ask. See `Encoder`.

    Alone, a question costs 1.4 µs more than asked of the encoder itself. With a thread that encodes for
    the others it cost 8 µs more, and 10 ms one time in a hundred where another thread was computing:
    the interpreter changes hands twice.
    """

    def __init__(
        self, encoder: Encoder, passes: int | None = None, longest_queue: int = LONGEST_QUEUE
    ) -> None:
        """`passes` run at the same moment: `passes_at_once`, unless told."""
        self._encoder = encoder
        self._longest_queue = longest_queue
        self._guard = threading.Lock()  # the queue and who may encode: held for an instant
        self._queue: deque[_Waiting] = deque()
        self._idle = passes or passes_at_once()

    @property
    def name(self) -> str:
        """See Encoder."""
        return self._encoder.name

    @property
    def fingerprint(self) -> str:
        """See Encoder."""
        return self._encoder.fingerprint

    @property
    def dimension(self) -> int:
        """See Encoder."""
        return self._encoder.dimension

    @property
    def interaction(self) -> Interaction | None:
        """See Encoder."""
        return self._encoder.interaction

    def encode_question(self, question: str, aside: str = "") -> EncodedQuestion:
        """See Encoder. Raises Overloaded, and what the encoder raises for this very question."""
        mine = _Waiting((question, aside))
        with self._guard:
            if self._idle:
                self._idle -= 1
                mine.mates = [mine]
            elif len(self._queue) < self._longest_queue:
                self._queue.append(mine)
            else:
                raise Overloaded("trop de questions attendent leur tour ; réessayez dans un instant")
        if not mine.mates:
            mine.woken.acquire()
        if mine.mates:
            self._encode(mine.mates)
        mark(WAITING, mine.began)
        if mine.encoded is None:
            assert mine.error is not None  # noqa: S101 - a pass leaves one or the other
            raise mine.error
        return mine.encoded

    def encode_questions(self, questions: Sequence[tuple[str, str]]) -> list[EncodedQuestion]:
        """See Encoder. They are together already."""
        return self._encoder.encode_questions(questions)

    def encode_passages(self, passages: Sequence[EncoderInput]) -> Iterator[tuple[int, EncodedPassage]]:
        """See Encoder."""
        return self._encoder.encode_passages(passages)

    def token_starts(self, text: str) -> Sequence[int]:
        """See Encoder."""
        return self._encoder.token_starts(text)

    def _encode(self, batch: list[_Waiting]) -> None:
        """One pass, then wakes who is to encode the next one, and those of this one."""
        began = time.perf_counter()
        if not self._try(batch) and len(batch) > 1:
            # The error of one is not its mates'; and one exception raised by several threads would
            # gather the frames of them all.
            for each in batch:
                self._try([each])
        with self._guard:
            following = self._taken()
            self._idle += not following
        # The next pass first: it can begin while the answers of this one are made.
        if following:
            following[0].mates = following
            following[0].woken.release()
        for each in batch:
            each.began = began
            each.woken.release()

    def _try(self, batch: list[_Waiting]) -> bool:
        """Encodes them in one go. Whether that went well: otherwise each has the error."""
        try:
            encoded = self._encoder.encode_questions([each.question for each in batch])
            for each, vectors in zip(batch, encoded, strict=True):
                each.encoded = vectors
        except BaseException as error:  # noqa: BLE001 - raised again by whoever asked
            for each in batch:
                each.encoded, each.error = None, error
            return False
        return True

    def _taken(self) -> list[_Waiting]:
        """The head of the queue, as much of it as fits in a pass; at least one, if there is one."""
        batch: list[_Waiting] = []
        longest = 0
        while self._queue and len(batch) < MOST_TOGETHER:
            longest = max(longest, sum(map(len, self._queue[0].question)))
            if batch and longest * (len(batch) + 1) > MOST_CHARACTERS:
                break
            batch.append(self._queue.popleft())
        return batch

"""What the tests of builds share: a small index, services that build it, and what is left of a build."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from index import generation
from index.build import build
from index.opening import open_engine
from qa.build_process import EncoderOf
from qa.builder import Builder
from qa.config import Settings, load_settings
from qa.jobs import Job, Jobs
from tests.conftest import FakeEncoder
from tests.qa import encoders

RAIN = "La pluie tombe sur Rennes au printemps."
WIND = "Le vent du nord souffle sur Dunkerque en hiver."

Make = Callable[[EncoderOf], Builder]


def indexed(folder: Path) -> Settings:
    """One text, indexed with the fake encoder."""
    (folder / "texts").mkdir()
    (folder / "texts" / "pluie.txt").write_text(RAIN)
    build(folder / "texts", folder / "home", FakeEncoder())
    return load_settings(texts=folder / "texts", home=folder / "home")


@contextmanager
def builders(settings: Settings) -> Iterator[Make]:
    """Makes builders of the index, and stops them at the end."""
    made: list[Builder] = []

    def builder_of(encoder_of: EncoderOf) -> Builder:
        made.append(Builder(settings, encoder_of))
        return made[-1]

    try:
        yield builder_of
    finally:
        for builder in made:
            builder.stop()


def save(settings: Settings, name: str = "vent.txt", content: str | bytes = WIND) -> Path:
    """Writes a text to the folder."""
    assert settings.texts is not None
    path = settings.texts / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def until(condition: Callable[[], bool]) -> None:
    """Until it holds. Fails after LONGEST_WAIT seconds."""
    deadline = time.monotonic() + encoders.LONGEST_WAIT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def outcome(settings: Settings, job: Job) -> Job:
    """The job, once it is over."""
    jobs = Jobs(settings.home)
    until(lambda: jobs.get(job.id).finished)
    return jobs.get(job.id)


def at_work(settings: Settings) -> int:
    """The process of a held encoder, once it encodes."""
    encoders.wait_for(settings.home / encoders.AT_WORK)
    until(lambda: bool((settings.home / encoders.AT_WORK).read_text()))
    return int((settings.home / encoders.AT_WORK).read_text())


def is_running(process: int) -> bool:
    """Alive, and not only waiting for its parent to take note of its end.

    A process that is killed holds its files, and their locks, until the last of its threads is gone,
    which may be later than its first.
    """
    of_process = Path(f"/proc/{process}")
    try:
        threads = len(list((of_process / "task").iterdir()))
        return threads > 1 or (of_process / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def sources(settings: Settings) -> list[str]:
    """The documents of the index served."""
    with closing(open_engine(settings.home, FakeEncoder())) as engine:
        return [document.id for document in engine.documents()]


def hidden(settings: Settings) -> list[str]:
    """What a build that was stopped should not leave."""
    return [path.name for path in (settings.home / "index").glob(".*") if path.name != ".lock"]


def assert_as_before(settings: Settings, served: str) -> None:
    """The old index answers, and nothing is left of the build."""
    assert generation.current(settings.home).name == served
    assert sources(settings) == ["pluie.txt"]
    assert [kept.name for kept in generation.kept(settings.home)] == [served]
    assert hidden(settings) == []

"""What the `sourcier` command prints for people, in French. Computes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from corpus.changes import Changes
from corpus.documents import CutDocument, Reason, Unread
from index.progress import ENCODING
from qa.french import FACTS, REASONS, counted, decimal

if TYPE_CHECKING:
    # `sourcier --help` answers without loading the index room.
    from index.progress import Progress as ShowProgress
    from qa.schemas import PlaceOut

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)
# A line of a terminal holds about so many; `--json` gives all.
_SHOWN_PLACES = 5


def where(number: int, source: str, headings: list[str], start: int, end: int, page: int | None) -> str:
    """A citation's number, file and place, on one line of markup."""
    path = " › ".join(headings)
    at = f", page {page}" if page else ""
    return f"[bold]\\[{number}][/] {escape(source)}{at} [dim]{start}–{end}  {escape(path)}[/]"


def elsewhere(also: Sequence[PlaceOut]) -> str:
    """The other places of a citation, on a line of their own under `where`'s; nothing without any."""
    if not also:
        return ""
    shown = ", ".join(f"{escape(place.source)} {place.start}–{place.end}" for place in also[:_SHOWN_PLACES])
    more = len(also) - _SHOWN_PLACES
    rest = f" et {counted(more, 'autre')}" if more > 0 else ""
    return f"\n    [dim]aussi dans : {shown}{rest}[/]"


def print_document(cut: CutDocument, whole: bool) -> None:
    """What was read of a text and set aside in it; `whole`: its passages too."""
    document = cut.document
    facts = ", ".join(f"{FACTS.get(fact.kind, fact.kind)} : {fact.value}" for fact in document.facts)
    aside = [span for span in cut.set_aside if span.reason is not Reason.HEADING]
    out.print(
        f"[bold]{escape(document.id)}[/] « {escape(document.title)} » : "
        f"{counted(len(cut.passages), 'passage')}, {counted(len(aside), 'mise')} de côté {escape(facts)}"
    )
    if whole:
        for passage in cut.passages:
            path = " › ".join(passage.headings)
            out.print(f"\n[cyan]{passage.start}–{passage.end}  {escape(path)}[/]\n{escape(passage.text)}")
        out.print()
    for span in aside:
        text = " ".join(document.text[span.start : span.end].split())
        shown = text if len(text) <= 100 else text[:99] + "…"
        out.print(f"  [dim]{REASONS[span.reason]} :[/] {escape(shown)}")


def named_changes(changes: Changes) -> list[tuple[str, tuple[str, ...]]]:
    """The French participle of each kind of change that there is, and its texts."""
    kinds = [
        ("ajouté", changes.added),
        ("modifié", changes.changed),
        ("retiré", changes.removed),
        ("renommé", tuple(f"{before} → {now}" for before, now in changes.renamed)),
    ]
    return [(kind, names) for kind, names in kinds if names]


def print_unread(unread: tuple[Unread, ...]) -> None:
    """The files left out, and why."""
    for u in unread:
        mark = "[bold red]échec[/]" if u.failed else "[dim]laissé[/]"
        out.print(f"  {mark} {escape(u.source)} : {escape(u.reason)}")


class _Speed(ProgressColumn):
    """Passages a second, of the stage that encodes them."""

    def render(self, task: Task) -> Text:
        """See ProgressColumn."""
        # The clock of a task goes on while others are shown.
        seconds = task.elapsed if task.finished_time is None else task.finished_time
        if not task.fields["encodes"] or not task.completed or not seconds:
            return Text()
        return Text(f"{decimal(task.completed / seconds)} passages/s")


@contextmanager
def progress() -> Iterator[ShowProgress]:
    """Progress bars on standard error, one a stage, with the time left and how fast passages are encoded."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
        _Speed(),
    )
    with Progress(*columns, console=err, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total, encodes=stage == ENCODING)
            bars.update(tasks[stage], completed=done, total=total)

        yield show

"""The `sourcier` command: parses and calls; French for people, `--json` for programs."""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic_core import PydanticCustomError
from rich.markup import escape

from corpus.documents import CutDocument
from corpus.errors import SourcierError, said
from qa.commands.build import add_build
from qa.commands.drift import add_drift
from qa.commands.generations import add_generations
from qa.commands.mcp import add_mcp
from qa.commands.options import Home, Json, Texts
from qa.commands.serve import add_serve
from qa.commands.watch import add_watch
from qa.config import Settings, load_settings, texts_of
from qa.evaluation.command import add_eval
from qa.terminal import elsewhere, err, out, print_document, print_unread, where

if TYPE_CHECKING:
    # Loaded by the commands that need them: `sourcier --help` answers at once.
    from index.cross_encoder import Reranker
    from index.embedding import Encoder
    from index.engine import Engine
    from index.filtering import Filters

app = typer.Typer(
    help="Répond aux questions d'après un dossier de textes, citations à l'appui.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

TopK = Annotated[int, typer.Option("--top-k", min=1, max=50, help="Nombre de passages.")]
Folders = Annotated[
    list[str] | None, typer.Option("--folder", help="Seulement ce dossier et ce qu'il contient (répétable).")
]
Sources = Annotated[list[str] | None, typer.Option("--source", help="Seulement ce texte (répétable).")]
Formats = Annotated[
    list[str] | None,
    typer.Option("--format", help="Seulement ce format : txt, md, html, pdf, docx (répétable)."),
]
Question = Annotated[str, typer.Argument(help="La question, en français courant.")]


def main() -> None:
    """Runs the command; a known error is one sentence on standard error, and status 1."""
    try:
        app()
    except SourcierError as error:
        err.print(f"[bold red]sourcier :[/] {escape(str(error))}")
        sys.exit(1)
    except OSError as error:
        place = error.filename or "le disque"
        err.print(
            f"[bold red]sourcier :[/] {escape(str(place))} : {said(error)} ; vérifiez la place et les droits"
        )
        sys.exit(1)


@app.command()
def ask(
    question: Question,
    home: Home = None,
    top_k: TopK = 5,
    folder: Folders = None,
    source: Sources = None,
    file_format: Formats = None,
    as_json: Json = False,
) -> None:
    """Pose une question."""
    from qa.asking import reply_to
    from qa.refusal import threshold_of

    question = _checked(question)
    settings = load_settings(home=home)
    engine = _open(settings)
    filters = _filters(folder, source, file_format)
    reply = reply_to(engine, question, (), top_k, filters, threshold_of(settings.risk), lambda _: None)
    if as_json:
        print(reply.model_dump_json())
        return
    if reply.answer.refused:
        out.print(f"[bold]Les textes ne le disent pas.[/] {escape(reply.answer.reason or '')}\n")
    else:
        out.print(f"[bold]{escape(reply.answer.text or '')}[/]\n")
    for c in reply.citations:
        out.print(where(c.number, c.source, c.headings, c.start, c.end, c.page) + elsewhere(c.also))


@app.command()
def search(
    question: Question,
    home: Home = None,
    top_k: TopK = 5,
    folder: Folders = None,
    source: Sources = None,
    file_format: Formats = None,
    as_json: Json = False,
) -> None:
    """Donne les passages les plus proches, sans répondre."""
    from qa.answer import NOTHING_ALLOWED
    from qa.asking import found_for

    question = _checked(question)
    filters = _filters(folder, source, file_format)
    reply = found_for(_open(load_settings(home=home)), question, (), top_k, filters)
    if as_json:
        print(reply.model_dump_json())
        return
    if not reply.hits:
        out.print(NOTHING_ALLOWED)
    for hit in reply.hits:
        out.print(
            where(hit.number, hit.source, hit.headings, hit.start, hit.end, hit.page) + elsewhere(hit.also)
        )
        out.print(escape(hit.quote) + "\n")


@app.command()
def inspect(
    source: Annotated[str | None, typer.Argument(help="Un seul texte, par son chemin.")] = None,
    texts: Texts = None,
    as_json: Json = False,
) -> None:
    """Montre ce qui est lu, comment c'est découpé, ce qui est mis de côté et pourquoi."""
    from index.texts import cut_documents, read_folder

    settings = load_settings(texts=texts)
    folder = texts_of(settings)
    read, unread = read_folder(folder)
    encoder = _encoder(settings)
    # The whole folder is read even for one text: lines recurring across texts are set aside.
    documents = [
        cut for cut in cut_documents(read, encoder.token_starts) if source in (None, cut.document.id)
    ]
    if source is not None and not documents:
        absent = f"aucun fichier de ce nom dans {folder}"
        named = next((u.reason for u in unread if u.source == source), absent)
        raise SourcierError(f"{source} n'est pas lu : {named}")
    if as_json:
        print(
            json.dumps(
                {
                    "documents": [_inspected(cut) for cut in documents],
                    "unread": [dataclasses.asdict(u) for u in unread],
                },
                ensure_ascii=False,
            )
        )
        return
    for cut in documents:
        print_document(cut, whole=source is not None)
    if source is None:
        print_unread(tuple(unread))


@app.command()
def glossary(home: Home = None, as_json: Json = False) -> None:
    """Donne les sigles que les textes développent, et où."""
    from qa.replies import glossary_out

    reply = glossary_out(_open(load_settings(home=home)))
    if as_json:
        print(reply.model_dump_json())
        return
    for meaning in reply.meanings:
        places = ", ".join(dict.fromkeys(d.source for d in meaning.definitions))
        out.print(f"[bold]{escape(meaning.acronym)}[/] {escape(meaning.expansion)} [dim]{escape(places)}[/]")


# Looked up when called, so that one change of `_encoder` reaches every command.
for _add in (add_build, add_serve, add_watch, add_generations, add_drift, add_mcp, add_eval):
    _add(app, lambda settings: _encoder(settings))


def _checked(question: str) -> str:
    from qa.schemas import check_question

    try:
        return check_question(question)
    except PydanticCustomError as error:
        raise SourcierError(error.message()) from None


def _filters(folders: list[str] | None, sources: list[str] | None, formats: list[str] | None) -> Filters:
    from index.filtering import Filters

    return Filters(tuple(folders or ()), tuple(sources or ()), tuple(formats or ()))


def _encoder(settings: Settings) -> Encoder:
    from qa.building import load

    return load(settings, err.print)


def _open(settings: Settings) -> Engine:
    from index import generation
    from index.opening import open_engine

    generation.current(settings.home)  # no index is told at once, before the model is loaded
    return open_engine(settings.home, _encoder(settings), _reranker(settings))


def _reranker(settings: Settings) -> Reranker | None:
    from index.cross_encoder import load_reranker

    return None if settings.reranker is None else load_reranker(settings.reranker)


def _inspected(cut: CutDocument) -> dict[str, object]:
    fields = dataclasses.asdict(cut)
    return {**fields.pop("document"), **fields}

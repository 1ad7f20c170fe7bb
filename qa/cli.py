"""The `sourcier` command: parses and calls; French for people, `--json` for programs."""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic_core import PydanticCustomError
from rich.markup import escape

from corpus.documents import CutDocument
from corpus.errors import SourcierError
from qa.config import Settings, load_settings
from qa.evaluation.command import add_eval
from qa.french import counted
from qa.terminal import elsewhere, err, out, print_document, print_unread, progress, where

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

Texts = Annotated[Path | None, typer.Option("--texts", help="Le dossier des textes.")]
Home = Annotated[Path | None, typer.Option("--home", help="Où vit l'index.")]
Json = Annotated[bool, typer.Option("--json", help="Du JSON, pour un programme.")]
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
            f"[bold red]sourcier :[/] {escape(str(place))} : {escape(error.strerror or str(error))} ; "
            "vérifiez la place et les droits"
        )
        sys.exit(1)


@app.command()
def build(texts: Texts = None, home: Home = None, as_json: Json = False) -> None:
    """Indexe le dossier de textes."""
    from corpus.reading.folder import list_files
    from index.build import build as build_index

    settings = load_settings(texts=texts, home=home)
    list_files(settings.texts)  # a missing folder is told at once, before the model is loaded
    with progress() as show:
        report = build_index(settings.texts, settings.home, _encoder(settings), show)
    if as_json:
        print(json.dumps(dataclasses.asdict(report), ensure_ascii=False))
        return
    seconds = sum(report.seconds.values())
    out.print(
        f"{counted(report.documents, 'document')}, {counted(report.passages, 'passage')} en {seconds:.1f} s "
        f"({report.generation})"
    )
    if report.truncated:
        out.print(
            f"{report.truncated} passages dépassent ce que le modèle lit : la fin n'est cherchée que par mots"
        )
    print_unread(report.unread)


@app.command()
def serve(
    home: Home = None,
    host: Annotated[str | None, typer.Option(help="L'adresse d'écoute.")] = None,
    port: Annotated[int | None, typer.Option(help="Le port d'écoute.")] = None,
) -> None:
    """Répond par HTTP, et sur une page à la même adresse."""
    import uvicorn

    from index.embedded import open_engine
    from qa.app import create_app
    from qa.refusal import threshold_of
    from qa.serving import EngineHolder

    settings = load_settings(home=home, host=host, port=port)
    encoder, reranker = _encoder(settings), _reranker(settings)
    holder = EngineHolder(settings.home, lambda: open_engine(settings.home, encoder, reranker))
    try:
        engine = holder.engine()
    except SourcierError as error:
        # Served all the same: an index built later is picked up, until then 503 says this.
        err.print(f"[bold yellow]sourcier :[/] {escape(str(error))}")
    else:
        engine.search("échauffement", 1)  # the first question is otherwise several times slower
        err.print(
            f"{counted(engine.manifest.counts['documents'], 'document')} ; http://{settings.host}:{settings.port}"
        )
    application = create_app(holder, threshold_of(settings.risk))
    uvicorn.run(application, host=settings.host, port=settings.port, log_level="warning")


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
    from qa.answer import ask as answer_question
    from qa.refusal import threshold_of
    from qa.replies import ask_out

    question = _checked(question)
    settings = load_settings(home=home)
    engine = _open(settings)
    started = time.perf_counter()
    answer = answer_question(
        engine, question, top_k, _filters(folder, source, file_format), threshold_of(settings.risk)
    )
    reply = ask_out(question, answer, 1000 * (time.perf_counter() - started))
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
    from qa.citing import cite
    from qa.replies import citation_out
    from qa.schemas import SearchOut

    question = _checked(question)
    filters = _filters(folder, source, file_format)
    found = _open(load_settings(home=home)).search(question, top_k, filters)
    reply = SearchOut(hits=[citation_out(c) for c in cite(found, question)], generation=found.generation)
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
    from index.build import cut_documents, read_folder

    settings = load_settings(texts=texts)
    read, unread = read_folder(settings.texts)
    encoder = _encoder(settings)
    # The whole folder is read even for one text: lines recurring across texts are set aside.
    documents = [
        cut for cut in cut_documents(read, encoder.token_starts) if source in (None, cut.document.id)
    ]
    if source is not None and not documents:
        absent = f"aucun fichier de ce nom dans {settings.texts}"
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
add_eval(app, lambda settings: _encoder(settings))


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
    from index.default_model import MODEL_NAME
    from index.embedding import load_encoder

    if settings.model is None and not (settings.models / MODEL_NAME).is_dir():
        err.print("préparation du modèle (une seule fois, une quinzaine de secondes)…")
    return load_encoder(settings.model, settings.models, interaction=settings.ranking == "fine")


def _open(settings: Settings) -> Engine:
    from index import generation
    from index.embedded import open_engine

    generation.current(settings.home)  # no index is told at once, before the model is loaded
    return open_engine(settings.home, _encoder(settings), _reranker(settings))


def _reranker(settings: Settings) -> Reranker | None:
    from index.cross_encoder import load_reranker

    return None if settings.reranker is None else load_reranker(settings.reranker)


def _inspected(cut: CutDocument) -> dict[str, object]:
    fields = dataclasses.asdict(cut)
    return {**fields.pop("document"), **fields}

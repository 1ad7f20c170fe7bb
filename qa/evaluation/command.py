"""`sourcier eval`: parses, has the questions asked, hands the figures to what shows them.

The libraries that measure are an extra of the package, so everything that needs them is
imported once they are known to be there.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.errors import SourcierError
from qa.commands.options import Home, Json
from qa.config import Settings, load_settings
from qa.evaluation.beir import load_dataset
from qa.evaluation.drawing import Draw, draw, leave_out
from qa.evaluation.question_file import load_questions
from qa.evaluation.records import BadQuestions, EvaluationQuestion
from qa.terminal import err, out, progress

if TYPE_CHECKING:
    from index.embedding import Encoder
    from qa.evaluation.results import Evaluation

_LIBRARIES = ("ir_measures", "matplotlib", "scipy", "sklearn")


class NothingToMeasureWith(SourcierError):
    """The libraries of the extra `eval` are not installed."""


def add_eval(app: typer.Typer, encoder: Callable[[Settings], Encoder]) -> None:
    """Adds the command to `app`; `encoder` loads the model of the settings."""

    @app.command(name="eval")
    def evaluate(
        dataset: Annotated[
            Path,
            typer.Argument(
                help="Un fichier de questions sur l'index (JSON, une par ligne), ou un dossier BEIR."
            ),
        ],
        home: Home = None,
        limit: Annotated[int | None, typer.Option(min=1, help="Au plus tant de questions.")] = None,
        seed: Annotated[int, typer.Option(help="La graine des tirages.")] = Draw().seed,
        left_out: Annotated[
            float,
            typer.Option("--leave-out", min=0, max=1, help="Part des articles hors de l'index."),
        ] = 0.0,
        each: Annotated[
            int | None, typer.Option(min=1, help="Avec --leave-out : tant de questions de chaque sorte.")
        ] = None,
        rebuild: Annotated[
            bool, typer.Option("--rebuild", help="Refait l'index du dossier BEIR, même s'il existe.")
        ] = False,
        compare: Annotated[
            Path | None, typer.Option(help="Un résultat d'avant (--out), à comparer question par question.")
        ] = None,
        out_file: Annotated[Path | None, typer.Option("--out", help="Écrit tout le résultat (JSON).")] = None,
        report: Annotated[Path | None, typer.Option(help="Écrit un compte rendu à lire (HTML).")] = None,
        as_json: Json = False,
    ) -> None:
        """Mesure la qualité sur des questions dont on connaît la réponse."""
        _check_libraries()
        how = Draw(limit, each, left_out, seed)
        _check(how, dataset, out_file, report)
        found = _evaluation(dataset, how, load_settings(home=home), encoder, compare, rebuild)
        _show(found, out_file, report, as_json)


def _check_libraries() -> None:
    missing = [name for name in _LIBRARIES if importlib.util.find_spec(name) is None]
    if missing:
        raise NothingToMeasureWith(
            f"il manque {', '.join(missing)} pour mesurer ; installez : pip install 'sourcier[eval]'"
        )


def _check(how: Draw, dataset: Path, *written: Path | None) -> None:
    """What cannot be done is told at once, before minutes of work."""
    if how.each is not None and not how.leave_out:
        raise BadQuestions("--each ne va qu'avec --leave-out ; sans lui : --limit")
    if how.each is not None and how.limit is not None:
        raise BadQuestions("--each et --limit ne vont pas ensemble ; gardez l'un des deux")
    if how.leave_out and not dataset.is_dir():
        raise BadQuestions(f"--leave-out ne va qu'avec un dossier au format BEIR ; {dataset} n'en est pas un")
    for path in written:
        if path is not None and not path.absolute().parent.is_dir():
            raise BadQuestions(f"{path} ne peut pas s'écrire : créez d'abord le dossier {path.parent}")


def _evaluation(
    dataset: Path,
    how: Draw,
    settings: Settings,
    encoder_of: Callable[[Settings], Encoder],
    compared: Path | None,
    rebuild: bool,
) -> Evaluation:
    from index import generation
    from index.cross_encoder import load_reranker
    from index.opening import open_engine
    from qa.evaluation.asking import evaluate
    from qa.evaluation.comparison import compare
    from qa.evaluation.measures import summary
    from qa.evaluation.results import Asked, Evaluation, outcomes_of
    from qa.refusal import threshold_of

    before = outcomes_of(compared) if compared else None
    home = settings.home
    if dataset.is_dir():
        encoder, home, questions = _dataset(dataset, how, settings, encoder_of, rebuild)
    else:
        questions = load_questions(dataset)
        generation.current(home)  # no index is told at once, before the model is loaded
        encoder = encoder_of(settings)
    threshold = threshold_of(settings.risk)
    reranker = None if settings.reranker is None else load_reranker(settings.reranker)
    engine = open_engine(home, encoder, reranker)
    try:
        with progress() as show:
            outcomes = evaluate(engine, draw(questions, how), threshold, show)
    finally:
        engine.close()
    manifest = engine.manifest
    return Evaluation(
        Asked(
            dataset.resolve().name,
            how,
            manifest.generation,
            manifest.built_at,
            manifest.model,
            manifest.counts,
            threshold,
        ),
        summary(outcomes),
        tuple(outcomes),
        compare(before, outcomes) if before is not None else None,
    )


def _dataset(
    folder: Path,
    how: Draw,
    settings: Settings,
    encoder_of: Callable[[Settings], Encoder],
    rebuild: bool,
) -> tuple[Encoder, Path, list[EvaluationQuestion]]:
    """The encoder, the home of the dataset's own index, built where it was not, and the questions."""
    from qa.evaluation.dataset_index import build_dataset, home_of, is_built

    dataset = leave_out(load_dataset(folder), how)
    encoder = encoder_of(settings)
    home = home_of(settings.home, dataset.name, dataset.documents, encoder)
    if rebuild or not is_built(home):
        with progress() as show:
            build_dataset(home, dataset.documents, encoder, show)
    else:
        err.print(f"index repris de {home} (--rebuild pour le refaire)", style="dim")
    return encoder, home, list(dataset.questions)


def _show(evaluation: Evaluation, out_file: Path | None, report: Path | None, as_json: bool) -> None:
    from qa.evaluation.report import report as report_page
    from qa.evaluation.results import to_json
    from qa.evaluation.tables import print_evaluation

    if out_file:
        out_file.write_text(to_json(evaluation) + "\n", "utf-8")
    if report:
        report.write_text(report_page(evaluation), "utf-8")
    if as_json:
        print(to_json(evaluation))
    else:
        print_evaluation(evaluation, out)

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.peers import figures as f
from bench.peers.figures import Figure, ceiling_rows, ceiling_shares, figures, ratios, stages
from bench.peers.machine import FLOP_PER_TOKEN
from bench.peers.records import Results


def by_name(results: Results) -> dict[tuple[str, f.Measure], Figure]:
    return {(figure.system, figure.measure): figure for figure in figures(results)}


def test_a_figure_is_the_median_of_the_rounds(results: Results) -> None:
    built = by_name(results)["sourcier", f.BUILT]
    assert built.values == (10.0, 5.0, 2.5)
    assert (built.median, built.lowest, built.highest) == (5.0, 2.5, 10.0)
    assert str(built) == "5.0 (2.5 to 10.0)"


def test_figures_that_do_not_differ_are_shown_once() -> None:
    assert str(Figure("sourcier", f.NDCG, (0.5, 0.5))) == "0.500"


def test_passages_are_the_peers_and_tokens_of_a_build_are_each_systems_own(results: Results) -> None:
    found = by_name(results)
    assert found["sourcier", f.BUILT].values[0] == 10 / 1
    assert found["sourcier", f.BUILT_TOKENS].values[0] == 2000 / 1
    assert found["sourcier", f.ENCODED_TOKENS].values[0] == 1000 / 1


def test_milliseconds_and_throughput_of_each_round(results: Results) -> None:
    found = by_name(results)
    assert found["sentence-transformers", f.MEDIAN].values == (20.0, 40.0, 80.0)
    assert found["sentence-transformers", f.ALONE_RATE].values == (50.0, 25.0, 12.5)
    assert found["sentence-transformers", f.RATE].values == (20.0, 10.0, 5.0)
    assert found[f.OVER_HTTP, f.RATE].values == (200.0,)
    assert found[f.OVER_HTTP, f.RESIDENT].values == (50.0,)
    assert found[f.OVER_HTTP, f.ENCODER_SHARE].values == (0.8,)


def test_what_a_system_cannot_do_has_no_figure(results: Results) -> None:
    found = by_name(results)
    assert ("sentence-transformers", f.RATE) in found
    assert ("txtai", f.RATE) not in found
    assert ("txtai", f.ENCODED) not in found


def test_questions_are_compared_with_the_service_and_builds_with_the_library(results: Results) -> None:
    compared = {(system, measure): ratio for system, measure, ratio in ratios(figures(results))}
    assert compared["sentence-transformers", f.MEDIAN] == 5.0 / 40.0
    assert compared["sentence-transformers", f.BUILT] == 5.0 / 2.5
    assert compared["txtai", f.RESIDENT] == 50 / 200
    assert compared["sentence-transformers", f.RATE] == 200 / 10
    assert compared["sentence-transformers", f.RATE_OVER_ALONE] == 200 / 25
    assert compared["txtai", f.RATE_OVER_ALONE] == 200 / 12.5
    assert {system for system, _ in compared} == {"sentence-transformers", "txtai"}


def test_a_stage_is_the_median_of_the_starts(results: Results) -> None:
    (run,) = results.service
    slower = replace(run, stages={"encoding": (6.0, 6.0, 9.0), "reading": (1.0,)})
    assert stages([run, slower, slower]) == [("encoding", 6.0)]
    assert stages([]) == []


def test_the_rounds_of_a_ceiling_are_one_row(results: Results) -> None:
    rows = ceiling_rows(results)
    assert [row.gflops for row in rows] == [(30.0,), (20.0, 40.0, 50.0), (100.0,), (400.0,)]


def test_the_ceiling_is_the_best_of_all_rows(results: Results) -> None:
    shares = {(system, kind): share for system, kind, share in ceiling_shares(results)}
    # The median round encodes 1,000 tokens in two seconds.
    assert shares["sourcier", "float32"] == pytest.approx(1e-9 * 500 * FLOP_PER_TOKEN / 100)
    assert shares["sourcier", "int8"] == pytest.approx(1e-9 * 500 * FLOP_PER_TOKEN / 400)
    assert ("txtai", "float32") not in shares
    assert ("sentence-transformers", "int8") not in shares

"""The standard measures of a ranking, by ir_measures. Computes none itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ir_measures
from ir_measures import RR, R, Success, nDCG

MEASURES = (nDCG @ 10, RR @ 10, Success @ 1, Success @ 3, Success @ 5, Success @ 10, R @ 10)


def retrieval_scores(
    relevant: Mapping[str, Mapping[str, int]], ranked: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    """Each question's measures by name, from its right documents' grades and its ranking.

    `ranked` holds documents best first, none twice.
    """
    scores = {question: dict.fromkeys(map(str, MEASURES), 0.0) for question in relevant}
    run = {q: {document: -float(place) for place, document in enumerate(ranked[q])} for q in relevant}
    for found in ir_measures.iter_calc(MEASURES, {q: dict(r) for q, r in relevant.items()}, run):
        scores[found.query_id][str(found.measure)] = float(found.value)
    return scores

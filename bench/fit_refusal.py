"""Fits the constants of `qa/refusal.py`: python -m bench.fit_refusal DATASET OTHER_DATASET

Indexes every second document of DATASET (BEIR layout), so that half of its questions lose
their answer, and adds OTHER_DATASET's questions, which belong to another subject. Fits on
half of the questions and reports on the other half.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_fscore_support, roc_auc_score

from bench.beir import load_questions, write_texts
from index.build import build
from index.embedding import load_encoder
from index.engine import open_engine
from qa.config import load_settings
from qa.refusal import features

QUESTIONS = 2400


def main() -> None:
    dataset, other = Path(sys.argv[1]), Path(sys.argv[2])
    settings = load_settings()
    encoder = load_encoder(settings.model, settings.models)
    with tempfile.TemporaryDirectory() as folder:
        texts, home = Path(folder, "texts"), Path(folder, "home")
        print(write_texts(dataset, texts, keep_every=2), "documents")
        build(texts, home, encoder)
        engine = open_engine(home, encoder)
        questions = load_questions(dataset, QUESTIONS)
        questions += load_questions(other, QUESTIONS // 10)
        rows, right = [], []
        for question in questions:
            search = engine.search(question.text, 1)
            rows.append(features(search.signals))
            right.append(Path(search.hits[0].passage.document_id).stem in question.relevant)
        engine.close()
    names = list(rows[0])
    x = np.array([[row[name] for name in names] for row in rows])
    y = np.array(right)
    fit = np.arange(len(y)) % 2 == 0
    scale = x[fit].std(axis=0)
    model = LogisticRegression().fit(x[fit] / scale, y[fit])
    weights = model.coef_[0] / scale
    print(f"_INTERCEPT = {model.intercept_[0]:.3f}")
    print("_WEIGHTS =", {n: round(float(w), 3) for n, w in zip(names, weights, strict=True)})
    probability = model.predict_proba(x[~fit] / scale)[:, 1]
    wrong = ~y[~fit]
    print(f"answered right {y.mean():.3f}, AUROC {roc_auc_score(y[~fit], probability):.3f}")
    for threshold in (0.15, 0.2, 0.25, 0.3, 0.4, 0.5):
        precision, recall, _, _ = precision_recall_fscore_support(
            wrong, probability < threshold, average="binary"
        )
        refused = (probability[~wrong] < threshold).mean()
        print(
            f"refusals at {threshold}: precision {precision:.3f}, recall {recall:.3f}, "
            f"right answers refused {refused:.3f}"
        )
    for name, column in zip(names, x[~fit].T, strict=True):
        print(f"  {name} alone: AUROC {roc_auc_score(y[~fit], column):.3f}")


if __name__ == "__main__":
    main()

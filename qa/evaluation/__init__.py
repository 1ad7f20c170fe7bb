"""How good the service is, on questions whose right passage is known.

Read in the order of the work: `records`, `question_file` and `beir` (what is asked), `drawing`
(which of it), `dataset_index`, `asking`, `retrieval` and `measures` (what came of it),
`comparison`, `results`, `tables`, `plots` and `report` (what is shown), `command`. Apart:
`dialogues`, for questions that lean on a conversation.
"""

from qa.evaluation.question_file import load_questions
from qa.evaluation.records import BadQuestions, EvaluationQuestion, Evidence

__all__ = ["BadQuestions", "EvaluationQuestion", "Evidence", "load_questions"]

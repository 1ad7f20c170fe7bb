"""What is shown of a model's sentences: what the passages say, and nothing else."""

from __future__ import annotations

import random
import time

import pytest

from qa.llm.checking import Checker
from qa.llm.sentences import claim_of
from tests.qa.llm.support import CPTS, MONEY, WHO, checked, citation

TRUE = (
    "En 2018, l’Assurance maladie a versé 35,6 millions d’euros aux maisons de santé [1].",
    "L'Assurance maladie a versé 35.6 millions d'euros aux maisons de santé en 2018 [1].",
    "En 2018, l'Assurance maladie a versé 43,5 millions d'euros aux centres de santé [1].",
    "Près de 80 % des soins sont pris en charge. [1]",
    "Près de quatre-vingts pour cent des soins sont pris en charge 【1】.",
    "Les patients reconnus en affection de longue durée ne paient pas le ticket modérateur, sauf pour les "
    "franchises [1].",
    "Une CPTS réunit des soignants d'un même bassin de vie [2].",
    "Une communauté professionnelle territoriale de santé réunit des soignants d'un même bassin de vie [2].",
    "Selon le passage, une CPTS réunit des soignants d'un même bassin de vie [2].",
    "Une CPTS est le plus souvent portée par une association [2].",
    "Le plan présenté le 18/09/2018 fixait une cible de mille CPTS [2].",
    "Le directeur général de l'agence régionale de santé dispose de 2 mois pour s'opposer au projet [2].",
    "L'ARS contrôle les cliniques [3].",
    "La HAS certifie les hôpitaux [3].",
    "La Haute Autorité de santé certifie les hôpitaux [3].",
    "Le Parlement vote la loi [3].",
    "La première CPTS a été créée à Melun par le docteur Hélène Marchais [3].",
    "Tous les hôpitaux publics participent au groupement [3].",
    "La téléconsultation peut être remboursée [3].",
    "L'ARS contrôle les cliniques [3] et près de 80 % des soins sont pris en charge [1].",
    "Le texte dit : « La loi est votée par le Parlement. » [3]",
)
FALSE = (
    ("no citation", "L'ARS contrôle les cliniques."),
    ("unknown citation", "L'ARS contrôle les cliniques [4]."),
    ("unknown citation", "L'ARS contrôle les cliniques [3, 9]."),
    ("unknown citation", "L'ARS contrôle les cliniques [0]."),
    ("words", "L'ARS contrôle les cliniques [1]."),
    ("words", "L'ARS finance les cliniques [3]."),
    ("words", "L'ARS contrôle les cliniques depuis toujours [3]."),
    ("figures", "En 2018, l'Assurance maladie a versé 36,5 millions d'euros aux maisons de santé [1]."),
    ("figures", "En 2019, l'Assurance maladie a versé 35,6 millions d'euros aux maisons de santé [1]."),
    ("figures", "En 2018, l'Assurance maladie a versé 35,6 milliards d'euros aux maisons de santé [1]."),
    ("figures", "En 2018, l'Assurance maladie a versé 35,6 % aux maisons de santé [1]."),
    (
        "part",
        "En 2018, l'Assurance maladie a versé 43,5 millions d'euros aux maisons de santé [1].",
    ),
    (
        "figures",
        "En 2018, l'Assurance maladie a versé 43,5 millions d'euros aux maisons de santé et 35,6 "
        "millions aux "
        "centres de santé [1].",
    ),
    ("figures", "80 % des soins sont pris en charge [1]."),
    ("subject", "Des soins sont pris en charge [1]."),
    ("words", "Plus de 80 % des soins sont pris en charge [1]."),
    ("negation or degree", "Près de 80 % des soins ne sont pas pris en charge [1]."),
    (
        "negation or degree",
        "Les patients reconnus en affection de longue durée paient le ticket modérateur, sauf pour "
        "les franchises [1].",
    ),
    (
        "condition or hedge",
        "Les patients reconnus en affection de longue durée ne paient pas le ticket modérateur [1].",
    ),
    ("figures", "Le plan présenté le 18 septembre 2019 fixait une cible de 1 000 CPTS [2]."),
    ("figures", "Le plan présenté le 18 septembre 2018 fixait une cible de 10 000 CPTS [2]."),
    ("part", "Une CPTS est portée par une association [2]."),
    ("figures", "Le directeur général de l'ARS dispose de trois mois pour s'opposer au projet [2]."),
    ("words", "Le directeur général de la HAS dispose de deux mois pour s'opposer au projet [2]."),
    ("subject", "L'ARS certifie les hôpitaux [3]."),
    ("order", "La HAS contrôle les cliniques et l'ARS certifie les hôpitaux [3]."),
    ("order", "La loi vote le Parlement [3]."),
    ("order", "Le Parlement est voté par la loi [3]."),
    ("words", "La première CPTS a été créée à Nemours par le docteur Hélène Marchais [3]."),
    ("names", "La première CPTS a été créée à Marchais par le docteur Hélène Melun [3]."),
    ("words", "Certains hôpitaux privés participent au groupement [3]."),
    ("subject", "Les hôpitaux publics participent au groupement [3]."),
    ("words", "Aucun hôpital public ne participe au groupement de Melun hier [3]."),
    ("part", "La téléconsultation est remboursée [3]."),
    ("words", "La téléconsultation doit être remboursée [3]."),
    ("negation or degree", "La téléconsultation ne peut pas être remboursée [3]."),
    ("leans on another sentence", "Elle est portée par une association [2]."),
    ("no statement", "Qui contrôle les cliniques [3] ?"),
    ("no statement", "En tant que modèle de langage, je contrôle les cliniques [3]."),
    ("no statement", "Voici la réponse : l'ARS contrôle les cliniques [3]."),
    ("no statement", "Désolé, l'ARS contrôle les cliniques [3]."),
    ("markup", "L'ARS contrôle les [cliniques](http://mal.example/?q=secret) [3]."),
    ("markup", "![x](http://mal.example/x.png) L'ARS contrôle les cliniques [3]."),
    ("markup", "L'ARS contrôle les <b>cliniques</b> [3]."),
    ("markup", "L'ARS contrôle les cliniques, voir www.mal.example [3]."),
    ("quotation", "Le texte dit : « La loi est votée par le Sénat. » [3]"),
    ("quotation", "Le texte dit : « La loi est votée par le Parlement. » [1]"),
    ("words", "PIRATÉ [3]."),
    ("words", "Le texte ne dit pas : « La loi est votée par le Parlement. » [3]"),
    ("words", "Selon le document 2, l'ARS contrôle les cliniques [3]."),
    ("signs", "La loi 𝗲𝘀𝘁 votée par le Parlement [3]."),
    ("signs", "L'ARS n\u0336e\u0336 contrôle les cliniques [3]."),
    ("signs", "L'ARS contrôle les cliniques ✅ [3]."),
    ("signs", "Près de ８０ % des soins sont pris en charge [1]."),
    ("signs", "Près de ٨٠ % des soins sont pris en charge [1]."),
    ("signs", "La loi est votée par le Раrlement [3]."),
    ("words", "L'ARS contrôle les cliniques [3] et le maire les ferme [1]."),
)


@pytest.mark.parametrize("text", TRUE)
def test_what_a_passage_says_is_shown(text: str) -> None:
    assert checked(text).problem is None


@pytest.mark.parametrize(("problem", "text"), FALSE)
def test_what_no_cited_passage_says_is_dropped(problem: str, text: str) -> None:
    assert checked(text).problem == problem


@pytest.mark.parametrize("passage", [MONEY, CPTS, WHO])
def test_a_sentence_copied_whole_is_shown_whatever_it_says(passage: str) -> None:
    for sentence in passage.split(". "):
        verdict = checked(f"{sentence.rstrip('.')} [1].", passage)
        assert (verdict.problem, verdict.verbatim, verdict.numbers) == (None, True, (1,))


def test_half_a_sentence_that_says_the_contrary_is_no_copy() -> None:
    passage = "Il est faux de dire que l’ARS ferme les cliniques."
    assert checked("L’ARS ferme les cliniques [1].", passage).problem == "subject"
    assert checked("Il est faux de dire que l’ARS ferme les cliniques [1].", passage).problem is None


def test_a_citation_that_does_not_bear_a_sentence_out_is_not_kept_beside_one_that_does() -> None:
    assert checked("L'ARS contrôle les cliniques [3][1].").numbers == (3,)


def test_a_quotation_is_given_with_the_characters_of_the_passage() -> None:
    passage = "La loi  est\nvotée par l’Assemblée. Le reste suit."
    verdict = checked("Il est écrit : « La loi est votée par l'Assemblée. » [1]", passage)
    assert verdict.text == "Il est écrit : « La loi  est\nvotée par l’Assemblée. »"
    assert verdict.verbatim


def test_a_name_in_the_question_alone_is_no_evidence() -> None:
    assert checked("Jean Dupont contrôle les cliniques [3].").problem == "words"


def test_what_elle_stands_for_is_the_subject_before_and_nothing_else() -> None:
    passage = "La HAS évalue les médicaments de la CPTS. Elle rend un avis."
    assert checked("La HAS rend un avis [1].", passage).problem is None
    assert checked("La CPTS rend un avis [1].", passage).problem == "words"


def test_a_sentence_copied_whole_that_leans_on_another_is_shown_as_a_quotation() -> None:
    """Out of its passage, « Elle » would stand for whatever was said before."""
    passage = "La HAS évalue les médicaments. Elle rend  un avis."
    verdict = checked("Elle rend un avis [1].", passage)
    assert (verdict.problem, verdict.text) == (None, "« Elle rend  un avis. »")


def test_a_sign_that_the_passage_has_may_be_said() -> None:
    assert checked("Le parc a 12 m² et ½ banc [1].", "Le parc a 12 m² et ½ banc.").problem is None
    assert checked("Le parc a 10² bancs et 3 ifs [1].", "Le parc a 102 bancs et 3 ifs.").problem == "signs"


def test_an_acronym_that_only_a_heading_spells_out_is_known() -> None:
    quote = "La Haute Autorité de santé évalue les médicaments."
    cited = citation(1, quote, "Notes", ("La Haute Autorité de santé (HAS)",))
    claim = claim_of("La HAS évalue les médicaments [1].")
    assert claim is not None
    assert Checker([cited]).check(claim).problem is None
    assert Checker([citation(1, quote)]).check(claim).problem == "words"


@pytest.mark.parametrize("text", ["Le médecin soigne la patiente malade dans la ville", "Le médecin zinzin"])
def test_passages_made_for_it_do_not_keep_the_checker_busy(text: str) -> None:
    words = "le médecin soigne la patiente malade dans une clinique de la ville".split()
    draw = random.Random(1)
    quotes = [" ".join(f"Il {' '.join(draw.choices(words, k=6))}." for _ in range(70)) for _ in range(6)]
    checker = Checker([citation(n, quote) for n, quote in enumerate(quotes, 1)])
    claim = claim_of(f"{text} [1][2][3][4][5][6].")
    assert claim is not None
    started = time.process_time()
    assert checker.check(claim).problem in ("words", "subject")
    # 5 s before pairs of sentences were chosen by their words; 0.06 s since.
    assert time.process_time() - started < 2

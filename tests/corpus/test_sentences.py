"""Where French sentences end."""

from __future__ import annotations

import pytest

from corpus.documents import Span
from corpus.sentences import split_sentences
from tests.corpus.support import slices

# Sentences are written one a line; a space joins them into the text that is split.
TEXTS = {
    "plain": "Le médecin soigne.\nIl oriente aussi.",
    "titles before names": "Le Dr Martin exerce ici.\nM. Durand l'assiste.\nMme Petit et MM. Roy suivent.",
    "dotted titles": "Le Dr. Martin et Mgr. Roy parlent.\nOn écoute.",
    "articles of law": "Les art. L. 1434-12 et R. 4127 fixent la règle.\nElle est ancienne.",
    "numbers announced": "Le décret n° 2016-1214 est paru.\nVoir no. 12.\nIl reste N° 3.",
    "for example": "Certains soins, p. ex. La dialyse, sont lourds.\nIls durent.",
    "references": "Le rapport (cf. p. 3) le dit, cf. Annexe 2.\nVoir fig. 4, vol. 2.\nFin.",
    "etc. before a sentence": "Médecins, infirmiers, etc.\nLes patients aussi.",
    "etc. before a name": "Médecins, infirmiers, etc.\nJeanne Roy préside.",
    "etc. inside a sentence": "Médecins, infirmiers, etc. sont réunis.\nIls décident.",
    "etc. in brackets": "Tous viennent (médecins, kinés, etc.).\nElle signe.",
    "an era before a sentence": "Il meurt vers 377 av. J.-C.\nIl laisse une école.",
    "an era inside a sentence": "Vers 377 av. J.-C. Galien n'est pas né.\nIl naîtra.",
    "decimal point": "Le taux est de 35.6 % en 2019.\nIl baisse.",
    "decimal comma": "Le taux est de 35,6 %.\n12 hôpitaux sont loin.",
    "dotted acronym inside": "Chaque G.H.T. a un projet.\nIl est partagé.",
    "dotted acronym before a verb": "Le S.A.M.U. Rhône répond.\nOn attend.",
    "dotted acronym at the end": "Les hôpitaux forment un G.H.T.\nIl dure dix ans.",
    "acronym at the end": "Elle appelle le SAMU.\nLe 15 répond.",
    "initials of a first name": "Le rapport de J. Martin est clair.\nJ.-P. Roy le cite.",
    "two initials": "Il écrit à J. K. Martin.\nElle répond.",
    "a letter that ends a sentence": "On traite l'hépatite C.\nLe virus recule.",
    "quotation that ends on !": "« Nous manquons de bras ! »\nLe directeur est inquiet.",
    "sentences inside a quotation": "« Nous manquons de bras ! Il faut recruter. » dit-elle.\nOn recrute.",
    "quotation after a colon": "Elle a dit : « Revenez demain. »\nIl est revenu.",
    "quotation inside a sentence": "Elle a dit « Venez ! » et il est venu.\nIl va mieux.",
    "stop after the quotation": "Il parle de « parcours ».\nLe mot est récent.",
    "English quotation marks": "“C'est fini.”\nIl part.",
    "ellipsis": "On attend…\nRien ne vient.\nOn attend encore...\nEnfin !",
    "ellipsis inside": "Les soins… coûtent cher.\nOn attend... et rien ne vient.",
    "questions": "Qui paie ?\nL'assurance maladie.\nEt après ?",
    "several marks": "Gratuit !!\nVraiment ?!\nOui.",
    "question inside a sentence": "Vraiment ? demanda-t-il.\nOui.",
    "numbers at the start": "Le budget est clos.\n12 hôpitaux attendent.\n2 millions manquent.",
    "number at the end": "Appelez le 15.\nC'est gratuit.",
    "numbered items": "1. Le médecin traitant coordonne.\n2. Le pharmacien conseille.",
    "lettered item": "b) Le pharmacien conseille.\nIl délivre.",
    "roman item": "IV. Le financement est public.\nIl est stable.",
    "brackets": "(Il est tard.)\nOn ferme.\n[Note.]\nSuite.",
    "bracket before the stop": "Il y en a dix (ou plus).\nLe compte est bon.",
    "dialogue": "Le patient refuse.\n– Pourquoi ?\n– Parce que.",
    "hours": "L'hôpital ferme à 18 h.\nIl est 9 h 30.\nLe cabinet ouvre.",
    "addresses": "Le site www.exemple.fr est ouvert.\nÉcrire à garde@exemple.fr.\nMerci.",
    "lower case after a stop": "Il vient. il repart.\nFin.",
    "no space after a stop": "Il vient.Elle part.",
    "accented capital": "Elle est née ici.\nÉlue, elle préside.\nÀ Lyon, on vote.",
    "no stop at all": "Le projet régional de santé",
    "colon and semicolon": "Trois acteurs : le médecin ; l'infirmier ; le patient.\nTous comptent.",
    "unclosed quotation": "Le plan « Ma santé est mal cité.\nIl dure.",
    "ordinals and century": "Le 1er médecin arrive au XIXe s. ou avant.\nOn le dit.",
}


@pytest.mark.parametrize("sentences", [t.split("\n") for t in TEXTS.values()], ids=list(TEXTS))
def test_the_text_is_cut_into_its_sentences(sentences: list[str]) -> None:
    text = " ".join(sentences)
    assert slices(text, split_sentences(text)) == sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Est-ce payant\u202f? Non\u202f!\u00a0Jamais.", ["Est-ce payant\u202f?", "Non\u202f!", "Jamais."]),
        ("«\u00a0Payant\u00a0?\u00a0» Non.", ["«\u00a0Payant\u00a0?\u00a0»", "Non."]),
        ("C'est «\u202ffini.\u202f» Elle part.", ["C'est «\u202ffini.\u202f»", "Elle part."]),
        ("M.\u00a0Roy et n°\u202f12.\u00a0Oui.", ["M.\u00a0Roy et n°\u202f12.", "Oui."]),
        ("Fin de ligne.\nNouvelle\nligne.\r\n\r\nFin.", ["Fin de ligne.", "Nouvelle\nligne.", "Fin."]),
        ("Un.\u2028Deux.\tTrois.  Quatre.", ["Un.", "Deux.", "Trois.", "Quatre."]),
        ("Un e\u0301te\u0301. E\u0301lue, elle part.", ["Un e\u0301te\u0301.", "E\u0301lue, elle part."]),
        ("  \n Un.  ", ["Un."]),
        (" \u00a0\n", []),
        ("", []),
        ("...", ["..."]),
        ("Oui. 🏥 Non.", ["Oui.", "🏥 Non."]),
    ],
)
def test_unusual_white_space_and_signs_part_sentences_too(text: str, sentences: list[str]) -> None:
    assert slices(text, split_sentences(text)) == sentences


def test_a_quotation_that_never_ends_is_cut_like_prose() -> None:
    opened = "« Le soin est là. " + "Le médecin veille. " * 30
    assert len(split_sentences(opened)) == 31
    assert len(split_sentences(opened + "»")) == 31
    assert len(split_sentences(opened[:200] + "»")) == 1


def test_only_the_stretch_asked_for_is_cut() -> None:
    text = "Un. Deux. Trois."
    assert split_sentences(text, 4, 9) == [Span(4, 9)]
    assert split_sentences(text, 5) == [Span(5, 9), Span(10, 16)]
    assert split_sentences(text, 4, 12) == [Span(4, 9), Span(10, 12)]

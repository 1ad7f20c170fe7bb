"""Single lines: which are page furniture, and which only look like it."""

from __future__ import annotations

import pytest

from corpus.documents import Reason
from corpus.furniture import LONGEST_FURNITURE, TRAILING_CREDIT, reason_of_line

FURNITURE = {
    Reason.SEE_ALSO: """
        A lire aussi : Bien choisir sa mutuelle
        À lire également : Le rôle du pharmacien
        À voir → Notre vidéo sur les urgences
        Lire aussi notre dossier sur la dialyse
        Lisez aussi : Dix idées reçues sur le vaccin
        Sur le même sujet
        Dans la même rubrique : La garde du dimanche
        Articles similaires
        Vous aimerez aussi
        Les plus lus
        Article suivant : La télésurveillance
    """,
    Reason.SHARING: """
        Partager
        Partager sur Facebook
        Partagez cet article
        Facebook Twitter LinkedIn
        Facebook | Twitter | E-mail
        Cet article vous a plu ? Dites-le-nous
        4,5 / 5 (27 votes)
        Suivez-nous sur LinkedIn
        Copier le lien
        Envoyer par e-mail
        Imprimer cette page
    """,
    Reason.SUBSCRIPTION: """
        Article réservé aux abonnés
        Le Courrier des Soins réserve cet article à ses abonnés
        Il vous reste 72 % de cet article à lire
        Je m'abonne pour 1 € par mois
        Déjà abonné ? Se connecter
        Créer un compte
        Inscrivez-vous à notre newsletter
        Recevez la lettre d’information chaque mardi
        Votre adresse e-mail
        Pour poursuivre votre lecture, abonnez-vous
        L'essentiel de la semaine dans votre boîte mail
    """,
    Reason.COMMENTS: """
        Laisser un commentaire
        Aucun commentaire
        3 commentaires
        12 commentaires sur « Le médecin de garde »
        Nom *
        E-mail (obligatoire)
        Votre adresse e-mail ne sera pas publiée.
        Les champs obligatoires sont indiqués avec *
        Annuler la réponse
    """,
    Reason.DOWNLOAD: """
        Télécharger le document (PDF, 240 Ko)
        PDF Télécharger le rapport (1,2 Mo)
        Rapport annuel 2019 (PDF, 1,2 Mo)
        Téléchargement du fichier
    """,
    Reason.CREDIT: """
        © Agence Lumen / M. Petit
        Crédit photo : Anne Roy
        Photo : service de presse
        (Illustration : C. Blanc)
    """,
    Reason.CAPTION: """
        avatar
        Image
        Logo ministère
    """,
    Reason.BYLINE: """
        Publié le 3 mai 2020
        Mis à jour le 4 juin 2021 à 10 h
        Rédigé par Anne Roy
        Dernière mise à jour : 12/04/2020
        Le 12 mars 2019
        Le 12/03/2019 à 8 h 15
        Le 1er mars 2020, mis à jour le 4 mai 2020
        Temps de lecture : 4 min
        Voir la fiche de l'auteur
        Tous ses articles
        Par la rédaction
        Par Anne Roy
        par Jean-Luc Petit-Blanc
        Par Anne Roy · Publié le 3 mai 2020 · Lecture 5 min
    """,
    Reason.MENU: """
        Aller au contenu
        Retour en haut de la page
        Mentions légales
        Conditions générales d'utilisation
        Vous êtes ici : Accueil
        Tous droits réservés
        Menu principal
        Rechercher
        Accueil > Santé > Hôpital
        Ce site utilise des cookies pour mesurer son audience
        Tout accepter
        Gérer mes préférences
        Actualités | Dossiers | Agenda | Contact
    """,
    Reason.SEPARATOR: """
        * * *
        -----
        ———
    """,
}
LINES = [(line.strip(), reason) for reason, lines in FURNITURE.items() for line in lines.strip().splitlines()]
PROSE = """
    Partager l'information entre soignants est une mission de la CPTS.
    Partagez le carnet de vaccination avec votre médecin traitant.
    Commentaire général de la loi
    Un commentaire du médecin suffit.
    Aucun commentaire n'a été fait par le patient.
    Une réaction allergique impose d'appeler le 15.
    Le 12 mars 2019, la loi a été promulguée par le Parlement.
    Le 1er janvier 2020, les hôpitaux de proximité voient le jour.
    Le 14 juillet est férié.
    Publié en 2019, le rapport recommande de créer des postes.
    Publiée au Journal officiel, la loi s'applique dès janvier.
    Par ailleurs, le médecin traitant coordonne les soins.
    Par la loi de 2016
    Par territoire de santé
    Par décret du 3 mai 2017
    Par Paris passent la moitié des patients.
    Par Île-de-France, on entend ici les huit départements de la région.
    À lire les chiffres, la réforme a réussi.
    Les abonnés au service reçoivent un rappel de vaccin.
    Notre lettre d'information aux patients explique la réforme.
    Le site de l'agence publie la liste des pharmacies de garde.
    Télécharger une ordonnance depuis son espace santé demande un code.
    Télécharger un document médical suppose l'accord du patient.
    Imprimer la feuille de soins n'est plus nécessaire.
    Rechercher un médecin prend parfois six mois.
    Accueil de jour : douze places
    Menu sans sel pour les patients
    Auteur d'un rapport sur les urgences, le député propose un tri.
    Lecture du carnet de santé par le médecin
    Nom du médecin traitant : Dr Petit
    Les champs obligatoires du formulaire sont l'âge et le sexe.
    La politique de confidentialité protège le secret médical.
    Les mentions légales figurent sur l'ordonnance.
    Tous droits ouverts à la retraite sont maintenus.
    Accepter la vaccination reste un choix.
    Mise à jour du dossier médical
    Image du corps et adolescence
    Sources : Insee, 2019
    Nuit | Jour
    Budget 2020 : 12 M€
"""


@pytest.mark.parametrize(("line", "reason"), LINES, ids=[line for line, _ in LINES])
def test_a_line_of_furniture_has_its_reason(line: str, reason: Reason) -> None:
    assert reason_of_line(line) is reason


@pytest.mark.parametrize("line", [line.strip() for line in PROSE.strip().splitlines()])
def test_a_line_that_only_looks_like_furniture_is_prose(line: str) -> None:
    assert reason_of_line(line) is None


@pytest.mark.parametrize("row", ["| Acteur | Ville | Lits |", "|---|:-:|---|"])
def test_no_row_of_a_markdown_table_is_furniture(row: str) -> None:
    assert reason_of_line("Acteur | Ville | Lits") is Reason.MENU
    assert reason_of_line(row) is None


def test_a_line_too_long_for_furniture_is_prose() -> None:
    line = "Partager cet article " + "x" * (LONGEST_FURNITURE - 21)
    assert reason_of_line(line) is Reason.SHARING
    assert reason_of_line(line + "x") is None


@pytest.mark.parametrize("line", ["Partager · Le médecin répond", "Partager | Publié le 3 mai 2020"])
def test_segments_of_different_kinds_make_no_furniture(line: str) -> None:
    assert reason_of_line("Partager · Tweeter") is Reason.SHARING
    assert reason_of_line(line) is None


@pytest.mark.parametrize(
    ("line", "credit"),
    [
        ("Une infirmière au chevet d'un patient. © Agence Lumen", " © Agence Lumen"),
        ("Le service de nuit (Photo : Anne Roy)", " (Photo : Anne Roy)"),
        ("Le service de nuit (crédit photo : Anne Roy)", " (crédit photo : Anne Roy)"),
    ],
)
def test_the_credit_at_the_end_of_a_caption_is_found(line: str, credit: str) -> None:
    found = TRAILING_CREDIT.search(line)
    assert found is not None
    assert found.group() == credit


@pytest.mark.parametrize(
    "line",
    ["Le signe © protège un texte. Il est facultatif.", "Le médecin (photo ci-contre)", "© Agence Lumen"],
)
def test_a_sentence_has_no_trailing_credit(line: str) -> None:
    assert TRAILING_CREDIT.search(line) is None

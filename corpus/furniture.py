"""What page furniture looks like in French: one pattern list a reason. Judges single lines.

Every pattern must match a whole line, so that a sentence which merely mentions sharing or
subscribing is left alone. When in doubt a line is kept: losing an answer is worse than
keeping a menu line.
"""

from __future__ import annotations

import re

from corpus.documents import Reason

# A line longer than this is prose, whatever it begins with.
LONGEST_FURNITURE = 160

_SHARE_WORDS = (
    r"partager|partagez|tweeter|facebook|twitter|linkedin|whatsapp|instagram|youtube|"
    r"pinterest|messenger|telegram|bluesky|mastodon|e-?mail|mail|courriel|imprimer|copier le lien|"
    r"envoyer(?: à un ami| par e-?mail)?"
)
_PATTERNS: dict[Reason, tuple[str, ...]] = {
    Reason.SEE_ALSO: (
        r"(?:à|a) (?:lire|voir|découvrir|consulter|écouter)(?: (?:aussi|également|ensuite|"
        r"en complément|sur le même (?:sujet|thème)))?\s*[:→>].*",
        r"(?:à|a) (?:lire|voir|découvrir) (?:aussi|également|ensuite|en complément)\b.*(?<!\.)",
        r"(?:lire|voir|lisez|voyez|découvrez|consultez) (?:aussi|également)\b(?:\s*[:→>].*|.*(?<!\.))",
        r"(?:sur le même (?:sujet|thème)|dans la même rubrique|(?:nos |les )?articles? "
        r"(?:similaires?|liés?|connexes?|recommandés?|récents?)|vous aimerez aussi|"
        r"(?:à|a) ne pas manquer|les plus lus|nos autres articles|article (?:précédent|suivant))"
        r"\s*(?:[:→>].*)?",
    ),
    Reason.SHARING: (
        r"(?:partager|partagez)(?: (?:sur|cet article|cette page|l.article)\b.*(?<!\.))?",
        rf"(?:(?:{_SHARE_WORDS})[\s,|/·•-]*){{2,}}",
        r"(?:cet article vous a plu|notez(?:-le| cet article))\b.*",
        r"\d(?:[.,]\d)?\s?/\s?5\b.{0,10}\bvotes?\b.*",
        r"(?:suivez|retrouvez|rejoignez)[- ]nous(?: sur)?\b.*",
        r"(?:tweeter|copier le lien|envoyer (?:cet article )?(?:par (?:e-?mail|mail|courriel)|"
        r"à un ami)|imprimer(?: (?:la page|cette page|cet article))?)",
    ),
    Reason.SUBSCRIPTION: (
        r"(?:icone? )?.{0,40}réservée?s? aux abonnée?s.{0,40}",
        r".{0,60}réserve cet article à ses abonnés.*",
        r"(?:il vous reste )?\d{1,3}\s?% de (?:l.|cet )article à (?:lire|découvrir).*",
        r"(?:je m.abonne|s.abonner|abonnez-vous|abonne-toi|déjà abonnée?|(?:se|me) connecter|"
        r"connectez-vous|créer (?:un|mon) compte|s.inscrire|m.inscrire)\b.{0,60}(?<!\.)",
        r"(?:inscrivez-vous|s.inscrire|recevez|abonnez-vous|je m.inscris)\b.{0,60}"
        r"(?:newsletter|lettre d.information|infolettre).{0,40}",
        r"(?:notre |la )?(?:newsletter|infolettre|lettre d.information)",
        r"(?:offre|abonnement) (?:mensuelle?|annuelle?|découverte)\b.{0,20}(?:numérique|€|\d).{0,20}",
        r"votre (?:adresse )?(?:e-?mail|adresse mail|courriel)",
        r"encore \d{1,3}\s?% .{0,40}à (?:lire|découvrir).*",
        r"pour (?:poursuivre|continuer) (?:votre|la) lecture\b.*",
        r"choisissez (?:une|votre) (?:offre|formule)\b.*",
        r"recevez (?:notre|nos) (?:lettre|newsletter|infolettre|actualités?)\b.{0,60}",
        r".{0,60}\bdans votre boîte (?:mail|e-mail|de réception)\b.{0,40}",
        r".{0,60}\bdans votre boîte,? (?:chaque|tous les|toutes les) .{0,40}",
    ),
    Reason.COMMENTS: (
        r"(?:laisser|ajouter|poster|publier|écrire|rédiger) (?:un|votre|mon|le) commentaire.*",
        r"(?:aucun|un|\d+) (?:commentaires?|réactions?)(?: sur\b.*)?",
        r"(?:commentaires?|nom|e-?mail|site(?: web| internet)?)\s*(?:\*|\(\d+\)|\(obligatoire\))",
        r"votre adresse (?:e-?mail|de messagerie|électronique)\b.{0,30} ne sera pas publiée.*",
        r"les champs obligatoires sont (?:indiqués|marqués).*",
        r"(?:enregistrer|prévenez-moi|sauvegarder) (?:mon nom|de tous les nouveaux|mon e-?mail).*",
        r"annuler la réponse",
    ),
    Reason.DOWNLOAD: (
        r"(?:(?:pdf|docx?|pptx?|xlsx?|odt|ods|zip)\b.*)?télécharge(?:r|z|ment)\b.{0,80}"
        r"(?:pdf|docx?|pptx?|xlsx?|odt|ods|zip|fichier|document|\(\s?\d+(?:[.,]\d+)?\s?[kmg]i?[ob]\s?\)).{0,30}",
        r".{0,100}\(\s?(?:pdf|docx?|pptx?|xlsx?|odt)?\s?[,–-]?\s?\d+(?:[.,]\d+)?\s?[kmg]i?[ob]\s?\)",
    ),
    Reason.CREDIT: (
        r"©.*",
        r"\(?(?:crédits? photos?|crédit|photos?|illustrations?|source de l.image)\s?[:©][^\d€]{0,80}",
    ),
    Reason.CAPTION: (
        r"(?:avatar|logo|icone?|icône)(?: \w+)?",
        r"(?:image|photo)(?: (?:principale|de profil|du site|d.illustration))?",
    ),
    Reason.BYLINE: (
        r"(?:publié|mis à jour|modifié|posté|rédigé|actualisé)e?s? (?:le|par)\b.{0,100}(?<!\.)",
        r"(?:dernière )?(?:mise à jour|modification|publication)\s?(?:le|:)\s?\d.{0,60}(?<!\.)",
        r"le \d{1,2}(?:/\d{1,2}/\d{2,4}|(?:er)? \w+ \d{4})\b(?:[\s,]*(?:à|mise? à jour|modifié|"
        r"publié|par|lecture)\b.{0,100}(?:(?<=min\.)|(?<!\.)))?",
        r"(?:temps de )?lecture\s?:?\s?\d+ ?min(?:utes?)?\.?",
        r"voir la fiche de l.auteur.*",
        r"(?:l.)?auteure?s?",
        r"(?:voir )?tous (?:ses|les) articles.*(?<!\.)",
        r"par (?:la |notre )?rédaction",
        r"par [\w.-]+(?: (?:de |du |d’|d')?[\w.’'-]+){1,3}",
    ),
    Reason.MENU: (
        r"(?:aller (?:au|à la?) (?:contenu|menu|navigation|recherche)\b.*|retour en haut.*|"
        r"haut de page|plan du site|mentions légales|politique de confidentialité|"
        r"conditions générales(?: d.utilisation| de vente)?|gestion des cookies|accessibilité ?: "
        r"(?:non|partiellement|totalement) conforme|fil d.ariane|vous êtes ici\s?:?.*|"
        r"tous droits réservés.*|ouvrir le menu|fermer le menu|menu(?: principal)?|rechercher)",
        r"accueil\s*[>›»/|].*",
        r"(?:ce site|nous|en poursuivant|en continuant)\b.{0,90}\bcookies\b.*",
        r"(?:tout )?(?:accepter|refuser)(?: (?:tout|tous les cookies|et fermer))?",
        r"(?:gérer|personnaliser|paramétrer) (?:les |mes |vos )?(?:cookies|préférences|choix)",
        r"(?:[^|]{2,30}\s\|\s){2,}[^|]{2,30}",
    ),
    Reason.SEPARATOR: (r"[\W_]+",),
}
_COMPILED = [
    (reason, re.compile("|".join(f"(?:{p})" for p in patterns), re.IGNORECASE))
    for reason, patterns in _PATTERNS.items()
]
# "Par Anne Roy · Publié le 3 mai 2020 · Lecture 5 min": furniture when each part is.
_SEGMENTS = re.compile(r"\s+[·|•]\s+")
# Names keep their capitals, which IGNORECASE would not look at.
_BY_NAME = re.compile(r"[Pp]ar [A-ZÀ-Ý][\w.-]+(?: (?:de |du |d’|d')?[A-ZÀ-Ý][\w.’'-]+){1,3}")
_MARKDOWN_TABLE = re.compile(r"\|.*\||[|\s:+-]*-{3}[|\s:+-]*\|[|\s:+-]*")

TICKER_TIME = re.compile(r"(?:[01]?\d|2[0-3])\s?[:hH]\s?[0-5]\d")
TICKER_ITEM = re.compile(rf"{TICKER_TIME.pattern}\s+\S.*")
COMMENT_COUNT = re.compile(r"\d+ (?:commentaires?|réactions?)|commentaires? ?\(\d+\)", re.IGNORECASE)
TICKER_DAY = re.compile(
    r"\d{1,2}(?:er)? (?:janv|févr|fév|mars|avr|mai|juin|juil|août|sept|oct|nov|déc)\w*\.?(?: \d{4})?",
    re.IGNORECASE,
)
# The credit that ends a caption: the caption itself may hold an answer and stays.
TRAILING_CREDIT = re.compile(
    r"(?<=\S)\s*(?:©\s?[^.©]{1,60}|\((?:crédits?|photo)\s?(?:photo)?\s?:[^)]{1,60}\))\s*$",
    re.IGNORECASE,
)


def reason_of_line(line: str) -> Reason | None:
    """Why a line, stripped of white space, is furniture; None when it may be prose."""
    if len(line) > LONGEST_FURNITURE:
        return None
    for reason, pattern in _COMPILED:
        if pattern.fullmatch(line) and not _is_exempt(reason, line):
            return reason
    segments = _SEGMENTS.split(line)
    reasons = {reason_of_line(segment) for segment in segments} if len(segments) > 1 else set()
    return reasons.pop() if len(reasons) == 1 else None


def _is_exempt(reason: Reason, line: str) -> bool:
    if reason is Reason.SEPARATOR or reason is Reason.MENU:
        return _MARKDOWN_TABLE.fullmatch(line) is not None
    if reason is Reason.BYLINE and line[:4].casefold() == "par ":
        return _BY_NAME.fullmatch(line) is None and "rédaction" not in line
    return False

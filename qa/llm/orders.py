"""Stretches of a passage that read like orders to a language model. Finds them; quotes and drops nothing.

Texts are data. What stands in such a stretch supports nothing: it may only be quoted, word for word,
between « and ». Broad on purpose: legal prose loses nothing by it but a paraphrase.
"""

from __future__ import annotations

import re

from corpus.documents import Span, trimmed
from corpus.folding import fold
from corpus.sentences import split_sentences

_ANY = r"[^.!?\n]{0,60}?"
_PATTERNS = (
    # Against what was said before.
    rf"\b(?:ignor\w*|oubli\w*|neglig\w*|ne t\w+ pas compte|ne tenez pas compte|desobei\w*|contourn\w*|"
    rf"outrepass\w*)\b"
    rf"{_ANY}\b(?:instructions?|consignes?|regles?|ordres?|directives?|precede\w*|prompt|ci-dessus|"
    rf"tout ce qui)\b",
    rf"\b(?:ignore|disregard|forget|override|bypass|overlook)\b{_ANY}\b(?:instructions?|rules?|prompts?|"
    rf"previous|"
    r"prior|above|guidelines?|everything|all|context)\b",
    r"\b(?:previous|prior|above|new|hidden|secret|following) (?:system )?(?:instructions?|rules?|prompts?|"
    r"directives?)\b",
    r"\b(?:nouvelles?|vraies?) (?:instructions?|consignes?)\b",
    # What a prompt is made of.
    r"\b(?:system ?prompt|prompt (?:systeme|system|cache|initial)|invite systeme|message systeme|"
    r"system message)\b",
    r"^\W*(?:system|systeme|assistant|user|utilisateur|human|developer|instructions?|ia|ai|llm|bot|admin\w*|"
    r"prompt|"
    r"tool|function|override|important note|note to ai)\s*[:>\]]",
    r"<\|?/?\s*(?:im_start|im_end|system|assistant|user|inst|endoftext|think|instructions?)|\[/?inst\]|"
    r"<<sys>>|"
    r"^#+ ?(?:instruction|task|system|response)|\bbegin (?:system|instructions?)\b",
    # Addressed to the one who answers.
    r"\b(?:tu es|vous etes|you are|you're)\b (?:maintenant|desormais|now|dorenavant|un assistant|une ia|"
    r"an ai|a helpful|"
    r"libre|free|no longer|plus tenu)",
    r"\b(?:language models?|modeles? de langage|chatbots?|llms?|chatgpt|agents? conversationnels?|"
    r"assistants? (?:ia|"
    r"virtuels?|ai))\b|\b(?:ai|ia|l'assistant|assistant|the model|le modele)\b,? (?:doit|devez|dois|must|"
    r"should|shall|"
    r"est prie|qui (?:lit|lisez)|reading|that reads)",
    r"\b(?:en tant qu'|as an? )(?:assistant|ia|ai|modele|language)\b|\b(?:mode|mode) (?:developpeur|debug|"
    r"dan|admin\w*)\b|"
    r"\b(?:developer|debug|admin|god) mode\b|\bjailbreak\w*\b",
    r"\b(?:a|pour) l'(?:ia|assistant)\b|\ba l'attention (?:de l'ia|de l'assistant|du modele|des ia|"
    r"des modeles)\b",
    r"\b(?:desormais|a partir de maintenant|dorenavant|from now on|henceforth)\b,? "
    r"(?:reponds?|repondez|tu|vous (?:devez|repond)|you|answer|reply|always|never|dis|dites|ne )",
    # Imperatives of one who wants words said.
    r"(?:^|[,;:.!?»\"]\s*|\bet |\bpuis |\bthen |\band )(?:reponds|dis|dites que|dites-leur|ecris|conclus|"
    r"traduis|agis|pretends|fais|"
    r"obeis|mens|sois|suis (?:ces|les|mes))\b",
    # These could be indicative: only where a sentence begins without a subject.
    r"(?:^|[:.!?]\s+)\W*(?:affiche|affirme|revele|repete|oublie|insere|ajoute|termine|commence|"
    r"envoie|clique|"
    r"visite|telecharge|copie|recopie|execute|cite|recommande|mentionne|refuse|invente|ignore|considere|"
    r"remplace|"
    r"indique|donne|utilise|note|signale|encourage|ecarte|supprime|modifie|active|montre|resume)\b",
    r"\b(?:repondez|reponds|repondre|repete[rz]?|ecri(?:s|vez|re)|affiche[zr]?|affirme[zr]|conclue[zr]|"
    r"declare[zr])"
    r"\b (?:uniquement|seulement|toujours|simplement|que\b|qu'|par\b|ceci|cela|exactement|a (?:toute|"
    r"chaque) question|"
    r"a l'utilisateur|\W)",
    r"\b(?:tu dois|tu vas|tu ne dois|vous devez (?:repondre|dire|affirmer|ecrire|conclure))\b",
    r"\b(?:dans|a|en|avec) (?:ta|tes|ton|votre|vos) (?:reponses?|instructions?|citations?)\b|"
    r"\byour (?:answers?|"
    r"response|reply|instructions?|rules|output)\b|\b(?:la|ta|votre) reponse (?:doit|correcte est|a donner|"
    r"est toujours)\b|"
    r"\bthe (?:correct|right|only) answer\b",
    r"(?:^|[,;:.!?\"]\s*|\band |\bthen |\bplease |\bnow )(?:reply|respond|answer|say|tell|output|print|"
    r"reveal|write|"
    r"repeat|pretend|act as|do not|don't|never|always|send|click|visit|fetch|download|open|append|include|"
    r"insert|"
    r"translate|summari[sz]e|execute|run|show|state|claim|cite|recommend|stop|you (?:must|should|will|"
    r"have to))\b",
    r"\b(?:l'utilisateur|the user|l'usager) (?:doit|must|should|a besoin|veut|wants)\b|\b(?:dis|dites|tell|"
    r"say)\b"
    rf"{_ANY}\b(?:utilisateur|user)\b|\bsans (?:citer|mentionner) (?:tes |les |de )?sources?\b",
    # In the future, politely, or with the answer ready.
    r"\b(?:tu|vous|on|ia|assistant|modele|robot(?: \w+)?|outil de (?:synthese|resume)) "
    r"(?:repondr|dira|dire[sz]|ecrir|affirmer|conclur|indiquera)\w*\b",
    r"\b(?:veuillez|priere d[e']|merci d[e'])\s?(?:\w+ )?(?:repondre|indiquer|conclure|dire|ecrire|affirmer|"
    r"mentionner|citer|repeter)\b",
    r"\b(?:bonne|vraie|seule) reponse\b|\bquelle que soit la question\b|"
    r"\breponse (?:attendue|correcte|a (?:donner|fournir)|est (?:que|toujours))\b|"
    r"\bfigurer dans (?:l[ae]|toute|chaque|ta|votre|les) (?:reponse|synthese)",
    r"\b(?:commence|termine|fini|conclu|debute)\w* (?:chaque|toute|ta|votre|tes|vos) "
    r"(?:reponse|phrase|synthese)|"
    r"\bdans (?:ta|votre) (?:synthese|reponse|conclusion)\b|\bajoute[rz]? a la fin\b",
    r"(?:^|[:.!?]\s+)\W*(?:rappelle|precise|sache|suppose|imagine|convaincs|persuade|assure|informe|"
    r"previens)\b (?:bien )?(?:que\b|qu'|l'utilisateur|l'usager|le lecteur)",
    r"(?:^|[:.!?]\s+)\W*n(?:e |')(?:mentionne|cite|parle|dis|revele|tiens|montre|utilise)s? "
    r"(?:pas|jamais|plus|rien)\b",
    r"\b(?:cher|chere) (?:ia|assistant\w*|modele|robot|chatbot)\b|\blecteurs? automatiques?\b|"
    r"\brobots? conversationnels?\b|\b(?:ton|nouveau) role\b",
    r"^\W*(?:consignes?|nouvelles? (?:regles?|questions?))(?: \w+)?\s*:",
    # A prompt's end, played.
    r"</?\s*(?:passage|question|document|context|conversation)|\bfin (?:du|des) (?:passage|contexte)s?\b|"
    r"\brole\W{1,4}(?:system|assistant|user)\b",
    r"\b(?:olvid|ignor|vergiss|vergesst|dimentic)\w*\b"
    rf"{_ANY}\b(?:instrucciones|anweisungen|istruzioni|reglas|regeln|regole)\b",
    # Written so as not to be seen: letters of two alphabets in a word, letters set apart.
    r"[a-z][\u0400-\u04ff]|[\u0400-\u04ff][a-z]|\b(?:\w ){5,}\w\b",
    # What would be fetched, or shown as a picture.
    r"!\[[^\]]*\]\(|<(?:img|script|iframe|a )\b|\bjavascript:|\bdata:\w+/",
    rf"\b(?:lien|link|clique\w*|visit\w*|rend\w*|ouvr\w*|image|charge\w*|url|appel\w*|fetch|call|"
    rf"go to)\b{_ANY}https?://",
    r"\b(?:mot de passe|password|api key|cle (?:d')?api|token secret|secret key)\b",
)
_ORDER = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS), re.MULTILINE)


_PARAGRAPH = re.compile(r"(?:[^\n]|\n(?!\s*\n))+")
_LINE = re.compile(r"[^\r\n]+")


def orders(text: str) -> tuple[Span, ...]:
    """The spans that read like an order: from the sentence or line that does, to the end of its paragraph.

    What comes after an order is often what it wants said.
    """
    found = []
    for paragraph in _PARAGRAPH.finditer(text):
        lines = [trimmed(text, *line.span()) for line in _LINE.finditer(text, *paragraph.span())]
        for part in sorted([*lines, *split_sentences(text, *paragraph.span())]):
            if reads_like_an_order(text[part.start : part.end]):
                found.append(trimmed(text, part.start, paragraph.end()))
                break
    return tuple(found)


def reads_like_an_order(text: str) -> bool:
    """Whether one sentence, line or heading addresses the one who answers."""
    return _ORDER.search(fold(text)) is not None

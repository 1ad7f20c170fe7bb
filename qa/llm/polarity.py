"""What turns a sentence into another that has the same words: negations, limits, hedges, opposites.

Reads marks; decides nothing. A claim must have the marks of what it rests on, none added or lost.
"""

from __future__ import annotations

import re

from corpus.folding import fold

# By family, on folded text. Those of a clause bear on that clause alone.
_LOCAL = {
    "negation": r"pas|aucune?s?|jamais|ni|guere|nulle?s?|nullement|nulle part|personne ne",
    "not": r"non",
    "without": r"sans|depourvue?s?|faute d[e']|absence d[e']|prive(?:e|s|es)? d[e']",
    "forbidden": r"interdi\w*|prohib\w*|proscri(?:t|te|ts|tes|re|vent)|defendu\w*|refus\w*|rejet\w*|"
    r"impossibles?|"
    r"supprim\w*|annul\w*|abrog\w*|illega\w*",
    "obligation": r"doit|doivent|devra|devront|devait|faut|faudra|obligatoire\w*|oblige\w*|obligation|"
    r"contraint\w*|tenue?s? d[e']|impose\w*|imperati\w*",
    "possibility": r"peut|peuvent|pourra|pourront|pouvait|pouvaient|facultati\w*|eventuel\w*|possible\w*|"
    r"susceptible\w*",
    "wish": r"devrait|devraient|pourrait|pourraient|vise|visent|visait|objectif\w*|cible\w*|but|ambition\w*|"
    r"prevoi\w*|prevu\w*|projet\w*|envisag\w*|souhait\w*|recommand\w*|propos\w*|menac\w*|risqu\w*|tent\w*",
    "all": r"tou(?:s|te|tes)|chaque|chacune?|quiconque|"
    r"toujours|systematique\w*|integral\w*|entier\w*|unanim\w*",
    "some": r"certaine?s?|quelques|parfois|rares?|rarement|partie|partiel\w*|plusieurs|divers(?:es)?",
    "mostly": r"plupart|majorite|majoritaire\w*|souvent|generalement|en general|en principe|habituel\w*|"
    r"principal\w*",
    "more": r"plus(?! (?:au|tard|de la moitie))|davantage|hausse\w*|augment\w*|croi(?:t|ssent)|progress\w*|"
    r"superieur\w*",
    "less": r"moins|baiss\w*|diminu\w*|recul\w*|reduit\w*|reduis\w*|inferieur\w*",
    "before": r"avant|auparavant|precedemment|anterieur\w*",
    "after": r"apres|ensuite|posterieur\w*|ulterieur\w*",
    "most": r"maximum|maximal\w*|maxima|plafond\w*",
    "least": r"minimum|minimal\w*|minima|plancher\w*|seuil\w*",
    "public": r"publi(?:c|que|cs|ques)",
    "private": r"privee?s?",
    "free": r"gratuit\w*|benevol\w*",
    "paid": r"payant\w*",
    "relative": r"qui|dont|laquelle|lequel|lesquels|lesquelles|auxquels",
    "first": r"d'abord|en premier lieu",
    "then": r"puis|enfin",
    "past": r"(?!(?:\w{0,3}trai|\w{0,5}fai|souhai|parai|(?:ap|dis)parai|connai|lai|plai|nai|balai|portrai)t)"
    r"\w{2,}(?<!er)(?<!ir)ai(?:t|ent)",
    "within": r"interne?s?|interieur\w*",
    "outside": r"externe?s?|exterieur\w*|hors",
    "future": r"sera|seront|aura|auront|ira|iront|(?!oper|cam|libr|ger|decemb)\w{3,}(?:era|eront|ira|iront)",
    "unreal": r"serait|seraient|aurait|auraient|(?!parait|apparait|disparait|connait)\w{3,}(?:erait|eraient|"
    r"irait|iraient)",
}
# Those of a sentence bear on all that follows or comes before.
_WIDE = {
    "only": r"seulement|uniquement|exclusivement|seule?s?",
    "except": r"sauf|excepte\w*|hormis|exception|exclu\w*|sinon|a moins d[e']|a moins qu\w*",
    "condition": r"si|s'(?=il)|condition\w*|pourvu|des lors qu\w*|lorsque|lorsqu'|quand|en cas d[e']|"
    r"sous reserve|le cas echeant|au besoin|tant que",
    "said": r"selon|d'apres|affirm\w*|pretend\w*|estim\w*|croi(?:re|t|ent)|pens(?:e|ent)|soutien\w*|soutenir|"
    r"suppose\w*|hypothes\w*|rumeur\w*|aux yeux|contrairement|idee recue|critiqu\w*|reproch\w*",
    "false": r"fau(?:x|sse|sses|ssement)|tort|erron\w*|inexact\w*|mensong\w*|dement\w*|dementi\w*",
    "nearly": r"presque|quasi\w*|peut-etre|probable\w*|sans doute|apparemment|semble\w*|paraitrait",
    "formerly": r"jadis|naguere|ancien\w*|autrefois|jusqu'alors|provisoire\w*|temporaire\w*",
}
# "Le plus souvent", "de plus en plus", "non plus": no quantity, no negation.
_IDLE = re.compile(
    r"\b(?:en plus d[e']|de plus,|ne sert pas seulement|le plus souvent|non plus|au plus tard)"
)
_DENIED = re.compile(r"\bn(?:e\b|'(?=\w))")
# Folded, it would deny.
_BORN = re.compile(r"\bnée?s?\b")
# « ne … que » limits; it denies nothing.
_ONLY = re.compile(r"\bn(?:e |')(?:(?!\b(?:pas|plus|jamais|aucun|ni|guere)\b)[^,;:.]){1,60}? qu(?:e |'|en )")
_LOCAL_PATTERNS = {name: re.compile(rf"\b(?:{words})(?!\w)") for name, words in _LOCAL.items()}
_WIDE_PATTERNS = {name: re.compile(rf"\b(?:{words})(?!\w)") for name, words in _WIDE.items()}


def clause_marks(text: str) -> frozenset[str]:
    """The families of marks that a clause has."""
    folded = fold(_BORN.sub("venu", text))
    often = {"mostly"} if "le plus souvent" in folded else set()
    folded = _ONLY.sub(" ", _IDLE.sub(" ", folded))
    # « n'a pas dit que l'un ne viendra pas » denies twice.
    denials = (
        {"ne", "denied twice"} if len(found := _DENIED.findall(folded)) > 1 else {"ne"} if found else set()
    )
    return frozenset(
        often | denials | {name for name, pattern in _LOCAL_PATTERNS.items() if pattern.search(folded)}
    )


def sentence_marks(text: str) -> frozenset[str]:
    """The families of marks that bear on a sentence as a whole."""
    folded = fold(text)
    limited = {"only"} if _ONLY.search(folded) else set()
    return frozenset(limited | {name for name, pattern in _WIDE_PATTERNS.items() if pattern.search(folded)})

"""The closed classes of French that tell what a question leans on, and nouns that ask for an owner.

Word lists, folded (no accents, lower case). Knows no grammar.
"""

from __future__ import annotations

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


MASCULINE = _set("le un du au ce cet quel")
FEMININE = _set("la une cette quelle")
PLURAL = _set(
    "les des aux ces ses leurs nos vos mes tes plusieurs quels quelles certains certaines deux trois quatre"
)
INDEFINITE = _set("un une des plusieurs certains certaines chaque tout toute tous toutes aucun aucune")
DEFINITE = _set("le la les l du des au aux")
POSSESSIVES = _set("son sa ses leur leurs")
DEMONSTRATIVES = _set("ce cet cette ces")
_OTHER_OWNERS = _set("notre nos votre vos mon ma mes ton ta tes")
DETERMINERS = (
    DEFINITE
    | INDEFINITE
    | POSSESSIVES
    | DEMONSTRATIVES
    | _OTHER_OWNERS
    | _set("quel quelle quels quelles deux trois quatre cinq six sept huit dix")
)
CONTRACTED = {"du": "de", "des": "de", "au": "a", "aux": "a"}

PLACE_PREPOSITIONS = _set("a au aux en dans chez sur sous vers")
PREPOSITIONS = PLACE_PREPOSITIONS | _set(
    """
    de d du des par pour avec sans entre contre depuis pendant avant apres selon malgre hors des jusqu
    jusque lors durant envers parmi outre via devant derriere suite face grace
    """
)
QUESTION_WORDS = _set(
    """
    qui que qu quoi ou quand comment combien pourquoi quel quelle quels quelles lequel laquelle lesquels
    lesquelles auquel auxquels duquel desquels desquelles
    """
)
WHICH = _set("quel quelle quels quelles")
WHICH_ONES = _set("lequel laquelle lesquels lesquelles")
SUBJECT_PRONOUNS = _set("il elle ils elles")
OTHER_SUBJECTS = _set("je j tu on nous vous")
OBJECT_PRONOUNS = _set("le la les l")
# Never anything but pronouns; "leur" before a noun is a possessive.
OBLIQUE_PRONOUNS = _set("lui leur eux")
LONE_DEMONSTRATIVES = _set("ca cela ceci")
POINTING_PRONOUNS = _set("celui celle ceux celles")

AVOIR = _set(
    "a ai as avons avez ont avait avaient aura auront aurait auraient eut eurent ait aient ayant avoir eu"
)
ETRE = _set(
    """
    est es sont suis etes sommes etait etaient sera seront serait seraient fut furent soit soient ete
    etre etant
    """
)
MODALS = _set(
    """
    peut peuvent peux puis pouvez pouvait pourra pourrait pourraient doit doivent dois devez devait devra
    devrait devraient veut veulent voulait va vont faut fallait faudra faudrait
    """
)
VERBS = (
    AVOIR
    | ETRE
    | MODALS
    | _set(
        """
        fait font faisait fit firent fera feront faire existe existent existait sert servent consiste
        signifie designe dit disent coute coutent fonctionne fonctionnent devient deviennent prend
        vient viennent reste restent suffit s'agit agit trouve trouvent appelle appellent
        dure durent depend dependent concerne comprend comprennent contient contiennent
        permet permettent peut-etre ressemble ressemblent vaut valent gere gerent finance
        financent dirige dirigent paie paient paye payent decide decident nomme nomment represente
        """
    )
)
# Neither noun, verb nor determiner.
SMALL_WORDS = _set(
    """
    coucou slt bjr
    et ou mais donc or ni car si ne n pas plus moins aussi alors puis enfin encore deja toujours jamais
    souvent tres trop peu beaucoup assez bien mal ici la-bas oui non ok merci bonjour salut bonsoir svp
    stp dont que qu se s me m te t y en tout tous autant tant environ seulement vraiment exactement
    actuellement ensuite cependant lorsque lorsqu puisque puisqu quoique comme ainsi sinon aujourd'hui
    hier demain maintenant parfois librement directement gratuitement concretement precisement
    generalement normalement juste c j je tu on nous vous il elle ils elles lui eux moi toi soi ca cela
    ceci quid idem pareil
    est-ce ce cet celui celle ceux celles quelqu'un rien personne quelque chose ci la voila voici
    """
)
CONNECTORS = _set("et mais donc alors ok oui non bien ensuite puis sinon and but so")
OPENINGS = _set("accord merci parfait super bonjour")
# "Qu'en est-il des cliniques ?" says no more than "et les cliniques ?".
ABOUT = (
    ("qu", "en", "est", "il"),
    ("quid",),
    ("meme", "question"),
    ("meme", "chose"),
    ("idem",),
    ("pareil",),
)
ABOUT_WORDS = _set("quid idem pareil meme en")
# "Y participer" is "à quelque chose"; what one does somewhere, one does "dans" it.
GOVERNING_A = re.compile(
    r"(?:particip|adher|acce[ds]|recour|oppos|repond|renonc|inscri|soumi|soumett|contribu|souscri|assist|appart"
    r"|pens|droit|recourt|oblig|contrain|pretend|parvien|tien|touch|ajout|rattach|affili|associ|echapp)"
)
COURTESIES = _set(
    """
    merci bonjour bonsoir salut slt bjr coucou ok oui non parfait super d'accord daccord accord bien tres
    beaucoup au revoir thanks thank you hello hi ah bon genial compris cool entendu bravo voila svp stp
    s'il te vous plait pour et de rien d
    """
)
ADVERBS_OF_TIME = _set("aujourd'hui maintenant avant apres hier demain actuellement ensuite now today")
MONTHS = _set("janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre")
SEASONS = _set("hiver ete automne printemps")

# Before the noun: "la même structure", "une nouvelle loi".
PRENOMINAL = _set(
    """
    grand grande grands grandes petit petite petits petites nouveau nouvel nouvelle nouveaux nouvelles
    premier premiere premiers premieres second seconde deuxieme troisieme dernier derniere derniers
    dernieres ancien ancienne anciens anciennes bon bonne bons bonnes jeune jeunes haut haute hauts hautes
    meme memes autre autres principal principale principaux principales differents differentes divers
    diverses vieux vieille seul seule vrai vraie futur future
    """
)
# After a noun these tell it apart: "contrat jeune".
OF_AGE = _set("jeune jeunes vieux vieille ancien ancienne anciens anciennes petit petite grand grande")
# Adjectives that no ending tells, and nouns that follow another as adjectives do.
ADJECTIVES = _set(
    """
    public publics prive privee prives privees mixte mixtes libre libres lourd lourde lourds lourdes
    maladie pilote pilotes gratuit gratuite interne internes externe externes urbain rural ruraux
    moyen moyens moyenne minimum maximum mutualise mutualisee partage partagee coordonne coordonnes
    traitant programme programmes type qualite sante vie net nette brut brute fixe fixes
    """
)
# End as adjectives do, and are verbs.
NOT_ADJECTIVES = _set(
    """
    arrive appelle rappelle signale explique applique indique implique fabrique communique revendique
    entraine prive derive active motive appellent etale avale installe
    """
)

# Nouns that ask "of what?": a question with no other noun leans on what came before.
OWNED_NOUNS = _set(
    """
    mission role fonction tache but objectif finalite objet interet utilite budget cout prix tarif montant
    somme financement financeur subvention dotation salaire remuneration revenu recette depense taux part
    condition critere exigence regle norme principe etape phase delai duree date annee age heure horaire
    calendrier echeance origine cause raison motif histoire naissance creation fondation conclusion
    consequence effet impact resultat bilan avantage inconvenient benefice atout limite obstacle frein
    difficulte probleme risque danger enjeu defi exemple definition signification sens nom surnom titre
    sigle membre adherent participant acteur partenaire responsable directeur directrice president
    presidente chef dirigeant gestionnaire fondateur fondatrice createur auteur autrice realisateur
    scenario scenariste personnage producteur compositeur interprete successeur predecesseur beneficiaire
    public effectif personnel equipe employe nombre quantite taille superficie surface population
    habitant densite altitude hauteur longueur largeur poids profondeur distance capacite composition
    contenu structure organisation fonctionnement gouvernance instance organe statut forme nature type
    categorie sorte caracteristique particularite specificite propriete difference similitude sanction
    peine amende penalite exception derogation recours alternative demarche formalite procedure methode
    technique moyen outil dispositif mesure document piece justificatif formulaire dossier adresse siege
    localisation lieu emplacement contact telephone site capitale langue monnaie drapeau devise climat
    adhesion inscription remboursement prise charge evaluation controle autorisation validation
    convention cadre texte loi decret reference base source symptome traitement remede complication
    diagnostic parent pere mere frere soeur enfant epouse epoux mari femme metier profession nationalite
    couleur gout style genre theme sujet contexte version suite fin debut solution evolution action
    activite service droit obligation devoir demande horizon perspective mode modalite
    numero interlocuteur delegation antenne implantation zone secteur perimetre echelon niveau seuil plafond
    quota priorite axe pilier volet chapitre article mention clause indicateur certification label
    frequence rythme periodicite vote election mandat bureau comite commission coordonnateur coordinateur
    pilote porteur promoteur tutelle signataire prestataire fournisseur adherent regime dispense
    exoneration gratuite paiement versement reglement facturation facture frais indemnite prime aide
    allocation garantie couverture securite confidentialite acces ouverture fermeture suppression
    modification renouvellement resiliation retrait opposition refus responsabilite engagement accord
    ordonnance rendez-vous contrat agrement diplome consentement avis locaux materiel logiciel equipement
    usage utilisation intervention interdiction delai contenance provenance victime vainqueur gagnant
    adversaire proprietaire occupant heritier disciple eleve surface volume vitesse temperature
    cas point aspect element composant composante partie information detail explication chiffre statistique
    """
)
# Say nothing more of which thing is meant: "les principales missions", "le budget annuel".
GENERAL_ADJECTIVES = _set(
    """
    obligatoire facultatif facultative possible actuel actuelle exact exacte general generale generaux
    officiel officielle legal legale legaux minimal minimale maximal maximale minimum maximum moyen moyenne
    total totale annuel annuelle mensuel mensuelle global globale necessaire prevu prevue concerne concernee
    important importante essentiel essentielle precis precise juridique concret concrete
    """
)
# What people say instead of naming a thing again: "cette structure", "ces professionnels".
GENERIC_NOUNS = _set(
    """
    structure dispositif organisme organisation institution instance entite etablissement service mesure
    outil systeme groupe groupement reseau appareil objet chose personne professionnel acteur agence
    concept notion terme mot sigle acronyme phenomene pratique procede methode technique maladie
    produit document texte sujet domaine endroit lieu homme femme individu plateforme programme projet
    """
)
# Asks for more about the same thing: "peux-tu détailler ?", "donne-moi un exemple".
REQUESTS = _set(
    """
    detailler preciser expliquer developper resumer donner parler montrer rappeler citer lister continuer
    detaille detaillez precise precisez explique expliquez developpe developpez resume resumez donne donnez
    dis dites cite citez liste listez montre montrez continue continuez
    """
)
# Begins another clause, in which what was named may be said again by a pronoun.
CLAUSES = _set("et ni ou mais qui que qu quand lorsque lorsqu si puis comment pourquoi dont")
# Whom something may be for: added to a question about something else, never put in its place.
PUBLICS = _set(
    """
    enfant mineur adulte femme homme personne etudiant retraite salarie patient malade jeune senior
    etranger fonctionnaire independant chomeur apprenti handicape parent famille particulier aine age
    bebe adolescent usager assure citoyen moins plus
    """
)
# What only a person does or has done to them.
PERSONAL = _set(
    "ne nee nes nees mort morte decede decedee elu elue nomme nommee marie mariee vecu etudie grandi meurt"
)
# Nouns of set phrases, about nothing: "au minimum", "en ligne".
ADVERBIAL = _set(
    "minimum maximum total moyenne general juste fait ligne pratique detail bref plus gros lieu cas fin debut"
)
TIME_NOUNS = _set(
    """
    annee annees mois jour jours semaine semaines moment temps siecle epoque matin soir nuit week-end fois
    lundi mardi mercredi jeudi vendredi samedi dimanche ans vacances
    """
)


def singular(word: str) -> str:
    """A folded noun without its plural, roughly: "missions" is "mission", "canaux" is "canal"."""
    if word.endswith("eaux"):
        return word[:-1]
    if word.endswith("aux") and len(word) > 4:
        return word[:-3] + "al"
    if word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is", "as", "os")):
        return word[:-1]
    return word

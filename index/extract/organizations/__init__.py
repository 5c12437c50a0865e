"""Organizations that a text names: those of the authority, and those that rules recognise.

``find_organizations`` is the door. It also finds forms of countries, which
``index.extract.countries`` judges; ``find_places`` finds only those. The words of a text, as rules
look at them, are for ``index.extract.persons`` too. With ``ner`` it also asks a
spaCy model, an optional extra; ``require_models`` raises unless that extra is installed. What
organizations are called is not here but in ``index.vocabularies``.
"""

from index.extract.organizations.extractor import (
    OrganizationMatches,
    explain_names,
    find_organizations,
    find_places,
    given_organization,
)
from index.extract.organizations.learned import LearnedName, LearnedNames, may_be_surname
from index.extract.organizations.model import require_models
from index.extract.organizations.national import place_national
from index.extract.organizations.words import PERSON_ROLE, LookedUp, Words, fold_word

__all__ = [
    "PERSON_ROLE",
    "LearnedName",
    "LearnedNames",
    "LookedUp",
    "OrganizationMatches",
    "Words",
    "explain_names",
    "find_organizations",
    "find_places",
    "fold_word",
    "given_organization",
    "may_be_surname",
    "place_national",
    "require_models",
]

"""Organizations and themes in seven languages: data files with their licences, and loaders."""

from index.vocabularies.folding import Folded, fold_key, fold_text, name_key
from index.vocabularies.inflection import inflected
from index.vocabularies.languages import DETECTED_LANGUAGES, LANGUAGES, languages
from index.vocabularies.organizations import (
    Name,
    OrganizationAuthority,
    OrganizationEntry,
    organizations,
)
from index.vocabularies.organizations_grammar import Grammar, grammar
from index.vocabularies.rows import slug
from index.vocabularies.themes import Expression, ThemeVocabulary, themes

__all__ = [
    "DETECTED_LANGUAGES",
    "LANGUAGES",
    "Expression",
    "Folded",
    "Grammar",
    "Name",
    "OrganizationAuthority",
    "OrganizationEntry",
    "ThemeVocabulary",
    "fold_key",
    "fold_text",
    "grammar",
    "inflected",
    "languages",
    "name_key",
    "organizations",
    "slug",
    "themes",
]

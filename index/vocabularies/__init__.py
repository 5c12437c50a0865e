"""What organizations, themes, countries and languages are called, in seven languages.

Data files with their licences (see README.md), and their loaders. Each vocabulary is read once, by
the function of its name. Names are compared folded: without case, accents and punctuation. Finding
names in texts is not done here but in ``index.extract``.
"""

from index.vocabularies.countries import CountryEntry, CountryForm, countries
from index.vocabularies.forms import (
    bases,
    exact_forms,
    without_endings,
    without_prefixes,
    words_of,
    written_forms,
)
from index.vocabularies.grammar import Grammar, grammar
from index.vocabularies.organizations import (
    Name,
    OrganizationEntry,
    body_key,
    names_body,
    slug,
)
from index.vocabularies.own import (
    VARIABLE,
    never_organizations,
    never_persons,
    organizations,
    own_file,
    themes,
    with_own,
    with_own_organizations,
)
from index.vocabularies.persons import (
    PersonGrammar,
    known_persons,
    person_grammar,
    person_key,
    person_names,
)
from index.vocabularies.sources import source_names
from index.vocabularies.themes import (
    ONE_WORD,
    SURE,
    Expression,
    Spelling,
    ThemeVocabulary,
    load_themes,
)
from index.vocabularies.vocabulary import (
    DETECTED_LANGUAGES,
    LANGUAGES,
    function_words,
    languages,
    locale_of,
)

__all__ = [
    "DETECTED_LANGUAGES",
    "LANGUAGES",
    "ONE_WORD",
    "SURE",
    "VARIABLE",
    "CountryEntry",
    "CountryForm",
    "Expression",
    "Grammar",
    "Name",
    "OrganizationEntry",
    "PersonGrammar",
    "Spelling",
    "ThemeVocabulary",
    "bases",
    "body_key",
    "countries",
    "exact_forms",
    "function_words",
    "grammar",
    "known_persons",
    "languages",
    "load_themes",
    "locale_of",
    "names_body",
    "never_organizations",
    "never_persons",
    "organizations",
    "own_file",
    "person_grammar",
    "person_key",
    "person_names",
    "slug",
    "source_names",
    "themes",
    "with_own",
    "with_own_organizations",
    "without_endings",
    "without_prefixes",
    "words_of",
    "written_forms",
]

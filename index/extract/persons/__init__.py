"""Persons that a text names: by given name, by title, by apposition, or by a name that is known.

1. A given name with capitals behind it is a name; so is what follows a title (*le président
   Macron*), what stands before a comma and a role (*Jorio Dauster, president of ...*), and a name
   of ``persons-known.txt``.
2. It is none inside an organization's name, behind what is named after persons (*rue, lycée, prix,
   USS*), before what makes it something else (*Street, Inc*), alone between quotation marks, where
   somebody signs.
3. Names with the same first and last word are one person if one has all words of the other; a
   surname alone is the person whose name ends so. What a list or the spellings of Arabic names
   join across languages has one id.

Arabic has no capitals: there a given name needs another name behind it.
"""

from collections.abc import Sequence

from index.analysis import Folded
from index.document import NamedPerson, Organization
from index.extract.organizations import Words
from index.extract.persons.arabic import arabic_persons
from index.extract.persons.latin import LatinNames
from index.extract.persons.naming import Taken, given_person

__all__ = ["find_persons", "given_person"]


def find_persons(
    text: str,
    language: str,
    folded: Folded,
    words: Words | None,
    organizations: Sequence[Organization] = (),
) -> tuple[NamedPerson, ...]:
    """Return the persons that ``text`` names, by first mention, with all mentions of each.

    ``words`` are those in which organizations were looked for; there are none of Arabic texts.
    ``organizations`` are those that were found.
    """
    taken = Taken(span for one in organizations for span in one.spans)
    if words is None:
        return arabic_persons(text, folded, taken)
    return LatinNames(text, language, words, taken).persons()

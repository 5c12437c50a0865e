"""Requests of every kind, made of pieces of the documents of an archive: the same ones every time.

``KINDS`` declares each kind once, as a function of pieces that were drawn from one document.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from index.document import Document, Fields
from search.request import SearchRequest, parse_request

Entries = Sequence[tuple[Document, Fields]]
Parameters = Mapping[str, str | Sequence[str]]


def words(text: str) -> list[str]:
    """Return the words of three letters and more."""
    return re.findall(r"[^\W\d_]{3,}", text)


def as_request(parameters: Parameters, locale: str = "fr") -> SearchRequest:
    """Return a request as the parameters of an address have it."""
    args = {
        name: [value] if isinstance(value, str) else list(value)
        for name, value in parameters.items()
    }
    return parse_request(args, locale)


class Pieces:
    """Pieces of one document, and of others."""

    def __init__(self, entries: Entries, chance: random.Random) -> None:
        self.chance = chance
        self.document, self.fields = chance.choice(entries)
        self.other, self.other_fields = chance.choice(entries)
        self.text = words(self.document.text) or ["rien"]
        place = chance.randrange(max(1, len(self.text) - 9))
        self.run = (self.text[place : place + 9] * 9)[:9]
        long = [word for word in self.text if len(word) > 5] or self.text
        self.a, self.b, self.c = (chance.choice(long) for _ in range(3))
        self.s, self.t = self.run[0], self.run[1]
        self.far = chance.choice(words(self.other.text) or ["autre"])
        self.titled = words(self.document.title) or long
        self.lang = self.fields.language.code
        self.theme = self.fields.themes[0].id if self.fields.themes else "conflict"
        self.organization = self.fields.organizations[0].id if self.fields.organizations else "onu"
        self.label = (
            self.fields.organizations[0].label if self.fields.organizations else "Nations unies"
        )
        self.country = self.fields.countries[0].id if self.fields.countries else "fr"
        self.source = self.document.source or "AFP"
        self.key = self._key()
        published = self.fields.published
        self.date = published.value[:10] if published else "2012"

    def _key(self) -> str:
        """Return a field with what this document is found by exactly, if by anything."""
        document = self.document
        found = ["thread:a@b", "from:dupont"]
        if document.mail and document.mail.sender:
            sender = document.mail.sender[0]
            found = [f'from:"{sender.name}"', f"from:{sender.address}"]
            found += [f"thread:{name}" for name in document.mail.thread[:1]]
        if document.agency:
            found += [f'keyword:"{name}"' for name in document.agency.keywords]
            found += [f'person:"{name}"' for name in document.agency.persons]
            found += [f"slug:{document.agency.slug}"]
        if document.parent:
            found.append(f"parent:{document.parent}")
        return self.chance.choice(found)

    def slip(self, word: str) -> str:
        """Return a word with one letter wrong, missing, doubled or swapped."""
        place = self.chance.randrange(1, len(word))
        return self.chance.choice(
            (
                word[:place] + "x" + word[place + 1 :],
                word[:place] + word[place + 1 :],
                word[:place] + word[place] + word[place:],
                word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :],
            )
        )


Kind = Callable[[Pieces], Parameters]

QUERIES: Mapping[str, Callable[[Pieces], str]] = {
    "word": lambda p: p.a,
    "word in capitals": lambda p: p.a.upper(),
    "short word": lambda p: p.s,
    "two words": lambda p: f"{p.s} {p.t}",
    "three words": lambda p: f"{p.a} {p.b} {p.c}",
    "many words": lambda p: " ".join(p.chance.sample(p.text, min(len(p.text), 40))),
    "word twice": lambda p: f"{p.a} {p.s} {p.a}",
    "stop words": lambda p: p.chance.choice(("les", "to be or not to be", "der die das", "de la")),
    "two languages": lambda p: f"{p.a} {p.far}",
    "phrase": lambda p: f'"{p.s} {p.t}"',
    "long phrase": lambda p: f'"{" ".join(p.run[:4])}"',
    "phrase of one word": lambda p: f'"{p.a}"',
    "phrase and word": lambda p: f'"{p.s} {p.t}" {p.b}',
    "two phrases": lambda p: f'"{p.s} {p.t}" OR "{p.run[3]} {p.run[4]}"',
    "near": lambda p: f'"{p.s} {p.run[3]}"~5',
    "near, three": lambda p: f'"{p.run[4]} {p.s} {p.run[2]}"~8',
    "near, twice": lambda p: f'"{p.s} {p.s}"~20',
    "near and word": lambda p: f'{p.a} "{p.s} {p.run[2]}"~4',
    "all": lambda p: f"{p.a} AND {p.b}",
    "any": lambda p: f"{p.a} OR {p.b} OR {p.far}",
    "group": lambda p: f"({p.a} OR {p.far}) {p.b}",
    "groups": lambda p: f"({p.a} ({p.b} OR {p.far})) OR ({p.s} -{p.c})",
    "without": lambda p: f"{p.s} -{p.b}",
    "without phrase": lambda p: f'{p.a} -"{p.s} {p.t}"',
    "without group": lambda p: f"{p.a} -({p.b} OR {p.far})",
    "only without": lambda p: f"-{p.s}",
    "prefix": lambda p: f"{p.a[:4]}*",
    "short prefix": lambda p: f"{p.a[:2]}* {p.b}",
    "pattern": lambda p: f"{p.a[:2]}*{p.a[-2:]}",
    "pattern and word": lambda p: f"{p.a[:3]}*{p.a[-1:]} {p.b}",
    "everything": lambda p: "*",
    "fuzzy": lambda p: f"{p.slip(p.a)}~",
    "fuzzy, one edit": lambda p: f"{p.slip(p.a)}~1 {p.b}",
    "without fuzzy": lambda p: f"{p.s} -{p.slip(p.a)}~1",
    "letter": lambda p: f"{p.a} {p.s[0]}",
    "letter first": lambda p: f"{p.s[0]} {p.a}",
    "compound": lambda p: f"{p.s}-{p.t}",
    "compound of strangers": lambda p: f"{p.a}-{p.b} {p.s}",
    "joined": lambda p: f"{p.s}{p.t}",
    "taken apart": lambda p: f"{p.a[: len(p.a) // 2]} {p.a[len(p.a) // 2 :]}",
    "elision": lambda p: f"l'{p.a} d’{p.b}",
    "figures": lambda p: p.chance.choice(("10 000", "2012", "1,5", "14:30", "3-1", "A320 2e")),
    "signs": lambda p: p.chance.choice(("C++", "AT&T", "U.S.A.", "c#", "http://a.org/b?c=d")),
    "without spaces": lambda p: p.chance.choice(("日本経済", "大学在哪里", "12月25日", "京")),
    "other script": lambda p: p.chance.choice(("الأمم المتحدة", "اتفاق", "договор", "ελλάδα")),
    "title": lambda p: f"title:{p.chance.choice(p.titled)}",
    "title phrase": lambda p: f'title:"{" ".join(p.titled[:2])}"',
    "title group": lambda p: f"title:({p.titled[0]} OR {p.far}) {p.a}",
    "title prefix": lambda p: f"title:{p.titled[-1][:3]}*",
    "title pattern": lambda p: f"title:{p.titled[-1][:2]}*{p.titled[-1][-1]}",
    "title fuzzy": lambda p: f"title:{p.slip(p.titled[0])}~",
    "title near": lambda p: f'title:"{p.titled[-1]} {p.titled[0]}"~6',
    "most of it": lambda p: f"{p.a} {p.b} {p.c} {p.far} zzyzx",
    "some of it": lambda p: f"zzyzx {p.s} {p.far} qqfoo {p.slip(p.b)}",
    "phrase and most": lambda p: f'"{p.s} {p.t}" {p.far} {p.slip(p.c)} zzyzx',
    "question": lambda p: " ".join(p.run),
    "asked": lambda p: f"what is the {p.a} of the {p.b} in {p.far} ?",
    "misspelt": lambda p: f"{p.slip(p.a)}{p.slip(p.b)[:1]} {p.b}",
    "nothing": lambda p: "zzyzx",
    "organization": lambda p: p.label,
    "known organization": lambda p: p.chance.choice(("ONU", "accord UE", "OTAN -UE", "l'onu")),
    "country": lambda p: p.chance.choice(("Allemagne", "pêche Tunisie", "Brazil", "Turkey")),
    "theme": lambda p: p.chance.choice(("football", "élections", "Grenzsicherung", "trade")),
    "fields of facets": lambda p: f"{p.a} lang:{p.lang} -theme:{p.theme}",
    "any field": lambda p: f'org:{p.organization} OR country:{p.country} OR source:"{p.source}"',
    "unknown value": lambda p: f"{p.a} source:nobody",
    "field of a date": lambda p: f"{p.s} date:{p.date[:4]}",
    "fields of dates": lambda p: f"{p.s} date:{p.date[:7]}..2016 OR date:<{p.date}",
    "keys": lambda p: p.key,
    "key and words": lambda p: f"{p.s} {p.key} -{p.far}",
    "open quotation": lambda p: f'{p.b} "{p.s} {p.t[:3]}',
    "odd": lambda p: f'"{p.a} ( OR -',
    "odder": lambda p: f')) AND "" {p.s}~99 -( * title: {p.b}\x00 "{p.t}"~0 OR',
    "overlong": lambda p: f"{p.a} " * 200,
    "deep": lambda p: "(" * 40 + p.a + " OR (" * 9 + p.b,
}
"""Queries of every kind, ordered by relevance, with the facets that there are."""

REQUESTS: Mapping[str, Kind] = {
    **{name: (lambda p, make=make: {"q": make(p)}) for name, make in QUERIES.items()},  # type: ignore[misc]
    "selected": lambda p: {"q": p.s, "theme": p.theme, "organization": p.organization},
    "any of": lambda p: {"q": "", "lang": ["fr", "ar", p.lang], "country": [p.country, "us"]},
    "selected and absent": lambda p: {"q": p.a, "source": [p.source, "nobody"], "lang": p.lang},
    "excluded": lambda p: {"q": "", "exclude_lang": [p.lang, "de"], "exclude_theme": p.theme},
    "excluded and selected": lambda p: {
        "q": p.s,
        "theme": [p.theme, p.theme.partition("/")[0]],
        "exclude_organization": [p.organization, "onu"],
        "exclude_source": p.source,
    },
    "selected and relaxed": lambda p: {"q": f"{p.a} {p.far} zzyzx", "lang": p.lang},
    "few values": lambda p: {"q": p.s, "facet_size": "2", "organization": p.organization},
    "many values": lambda p: {"q": "", "facet_size": "500", "lang": p.lang},
    "some facets": lambda p: {"q": p.a, "facets": "theme,date", "theme": p.theme},
    "dates": lambda p: {"q": p.s, "from": "1987", "to": "2014-06", "undated": "include"},
    "a day": lambda p: {"q": "", "from": p.date, "to": p.date},
    "dates and values": lambda p: {"q": p.s, "from": p.date[:7], "exclude_country": p.country},
    "undated": lambda p: {"q": "", "undated": "only"},
    "dated": lambda p: {"q": p.s, "undated": "exclude", "lang": p.lang},
    "mentioned": lambda p: {
        "q": p.s,
        "date_field": "mentioned",
        "from": "2010-03",
        "to": "2014",
        "facets": "date,lang",
    },
    "mentioned, all": lambda p: {"q": p.a, "date_field": "mentioned"},
    "mentioned, none": lambda p: {"q": "", "date_field": "mentioned", "undated": "only"},
    "years": lambda p: {"q": "", "interval": "year", "exclude_lang": p.lang},
    "months": lambda p: {"q": p.s, "interval": "month", "from": "2011-11"},
    "days": lambda p: {"q": p.a, "interval": "day"},
    "days mentioned": lambda p: {"q": p.a, "interval": "day", "date_field": "mentioned"},
    "newest": lambda p: {"q": p.s, "sort": "-date"},
    "oldest": lambda p: {"q": "", "sort": "date", "page": "2", "per_page": "5"},
    "oldest found": lambda p: {"q": f"{p.s} OR {p.far}", "sort": "date", "lang": p.lang},
    "second page": lambda p: {"q": f"{p.s} {p.t}", "page": "2", "per_page": "7"},
    "far page": lambda p: {"q": p.s, "page": "5", "per_page": "50", "highlight": "false"},
    "many results": lambda p: {"q": f"{p.s} {p.t}", "per_page": "100"},
    "all of it only": lambda p: {"q": f"{p.a} {p.far}", "match": "all"},
    "offsets": lambda p: {"q": f'{p.a} "{p.s} {p.t}"', "highlight": "offsets"},
    "explained": lambda p: {"q": f"{p.a} {p.b}", "explain": "true", "per_page": "5"},
    "explained, relaxed": lambda p: {"q": f"{p.a} {p.far} zzyzx", "explain": "true"},
}


def drawn(kind: str, entries: Entries, count: int) -> Iterator[Parameters]:
    """Yield so many requests of a kind."""
    for number in range(count):
        pieces = Pieces(entries, random.Random(f"{kind} {number}"))
        yield REQUESTS[kind](pieces)


def as_text(parameters: Parameters) -> dict[str, Any]:
    """Return parameters as they are shown where something differs."""
    return {name: value for name, value in parameters.items() if value}

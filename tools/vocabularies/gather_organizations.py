"""Gather names of organizations from packages into ``organizations-packages.txt``.

    python -m tools.vocabularies.gather_organizations FOLDER

FOLDER holds what packages of registries have, unpacked: ``nsi.min.json`` of name-suggestion-index,
``indices_data.py`` of pytickersymbols and ``Clubs_key.json`` of arwikicats; their licences are in
``index/vocabularies/README.md``. Names that the hand-made lists have are passed over by
``build_organizations``. A name needs context (mark ``~``) if the press archives write it small, or
mostly behind another word with a capital, as surnames are; so does one word that they never have.
"""

import ast
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import ahocorasick

from index.analysis import fold_key, fold_text
from index.vocabularies import countries, grammar
from tools.quality import press

TARGET = Path(__file__).parents[2] / "index" / "vocabularies" / "organizations-packages.txt"
ARCHIVES = ("fr", "en", "es", "de", "pt")
_COUNTRIES = frozenset(
    (
        "001",
        "150",
        "fx",
        "fr",
        "be",
        "ch",
        "lu",
        "mc",
        "de",
        "at",
        "li",
        "es",
        "mx",
        "ar",
        "co",
        "cl",
        "pe",
        "uy",
        "py",
        "ec",
        "ve",
        "bo",
        "gt",
        "cu",
        "it",
        "sm",
        "pt",
        "br",
        "ao",
        "us",
        "gb",
        "ie",
        "ca",
        "au",
        "nz",
        "tn",
        "ma",
        "dz",
        "ly",
        "eg",
        "sa",
        "ae",
        "qa",
        "kw",
        "lb",
        "jo",
        "iq",
        "sy",
    )
)
"""The world, and the countries where the seven languages are spoken."""
_LEFT_OUT = re.compile(
    r"transit|flags|operators/(?!route/railway|amenity/(?:hospital|clinic|fuel|post_office)|power/plant"
    r"|telecom)|.*/(?:atm|school|totem|vending_machine|parcel_locker|charge_point|charging_station"
    r"|bicycle_rental|fitness_centre|restaurant|cafe|bakery|hairdresser|beauty)"
)
_TOO_SMALL = frozenset(("S&P 600",))
"""Indices of companies that no press of other countries names."""
_LONGEST = 5
_SHORTEST = 4
_LATIN = re.compile(r"[A-ZÀ-Þ][A-Za-zÀ-ÿ0-9&'’.+ -]*")
_CLUB_WORDS = frozenset(
    (
        "fc",
        "ac",
        "cf",
        "sc",
        "afc",
        "as",
        "us",
        "rc",
        "sk",
        "fk",
        "cd",
        "ud",
        "rcd",
        "sv",
        "if",
        "bk",
        "hc",
        "bc",
        "kk",
        "sco",
        "ogc",
    )
)
_SMALL = frozenset(
    (
        "de",
        "du",
        "des",
        "la",
        "le",
        "les",
        "of",
        "and",
        "the",
        "del",
        "di",
        "da",
        "do",
        "und",
        "et",
        "y",
        "von",
    )
)
_MOST_BEHIND = 0.3
_COMMON = 2


class Found(NamedTuple):
    """An organization: its kind, the source that has it, and its names by language."""

    kind: str
    source: str
    names: dict[str, str]


def brands(path: Path) -> Iterator[Found]:
    """Yield brands and operators that name-suggestion-index has for the countries wanted."""
    for category, listed in json.loads(path.read_bytes())["nsi"].items():
        if _LEFT_OUT.match(category):
            continue
        kind = "bank" if category.endswith("/bank") else "company"
        for item in listed["items"]:
            places = {str(place).partition("-")[0] for place in item["locationSet"]["include"]}
            if places & _COUNTRIES and "wikidata" in " ".join(item["tags"]):
                yield Found(kind, "name-suggestion-index", {"*": _plain(item["displayName"])})


def listed_companies(path: Path) -> Iterator[Found]:
    """Yield the companies of pytickersymbols, without their legal forms."""
    tree = ast.parse(path.read_text("utf-8"))
    data = next(node.value for node in tree.body if isinstance(node, ast.Assign))
    for index, listed in ast.literal_eval(data).items():
        for company in () if index in _TOO_SMALL else listed["companies"]:
            yield Found("company", "pytickersymbols", {"*": _plain(company["name"])})


def clubs(path: Path) -> Iterator[Found]:
    """Yield the clubs of arwikicats with their Latin and Arabic names."""
    for latin, arabic in json.loads(path.read_bytes()).items():
        words = latin.replace("f.c.", "fc").replace(" a.c.", " ac").split()
        if len(words) < 2 or "(" in latin or "نادي" not in arabic:
            continue
        names = {"*": " ".join(map(_titled, words)), "ar": arabic.replace(" لكرة القدم", "")}
        yield Found("sport", "arwikicats", names)


def _titled(word: str) -> str:
    if word in _CLUB_WORDS:
        return word.upper()
    return word if word in _SMALL else word[:1].upper() + word[1:]


def _plain(name: str) -> str:
    words = re.sub(r"\s*\(.*?\)|[,;/|].*", "", name).replace("’", "'").split()
    legal = grammar("und")["legal"] - {"co"}
    while len(words) > 1 and fold_key(words[-1]) in legal:
        words.pop()
    return " ".join(words)


def usable(name: str) -> bool:
    """Say whether a Latin name may be looked for: not too short, nor a country's."""
    folded = fold_key(name)
    return (
        _LATIN.fullmatch(name) is not None
        and len(folded) >= _SHORTEST
        and len(folded.split()) <= _LONGEST
        and countries().resolve(folded) is None
    )


def in_archives(names: Iterable[str]) -> dict[str, Counter[str]]:
    """Count how the press writes names: ``small``, ``behind`` a capital, ``free``."""
    automaton = ahocorasick.Automaton()
    for name in names:
        automaton.add_word(f" {fold_key(name)} ", fold_key(name))
    automaton.make_automaton()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for language in ARCHIVES:
        for row in press(language):
            text = row["text"]
            folded = fold_text(text)
            for end, name in automaton.iter(folded.text):
                span = folded.span(end - len(name), end)
                counts[name][_written(text, span.start, span.end)] += 1
    return counts


def _written(text: str, start: int, end: int) -> str:
    if not text[start].isupper():
        return "small"
    before = text[max(0, start - 30) : start]
    if re.search(r"[A-ZÀ-Þ][\w’'-]+ $", before) and not re.search(r"[.!?\n] ?[^ ]+ $", before):
        return "behind"
    return "free"


def marked(name: str, counts: Counter[str]) -> str:
    """Return a name with its mark: ``~`` if it needs context, ``^`` for one word."""
    word = " " not in name
    free, behind, small = counts["free"], counts["behind"], counts["small"]
    surname = behind > _MOST_BEHIND * max(free + behind, 1)
    plain = small >= _COMMON or small > free
    doubtful = plain or surname or (word and not free)
    return f"{'^' if word else ''}{'~' if doubtful else ''}{name}"


def main(folder: Path) -> None:
    """Gather, mark and write."""
    found = [
        *listed_companies(folder / "indices_data.py"),
        *brands(folder / "nsi.min.json"),
        *clubs(folder / "Clubs_key.json"),
    ]
    found = [one for one in found if usable(one.names["*"])]
    counts = in_archives(one.names["*"] for one in found)
    given = grammar("und")["given"]
    rows: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    done: set[str] = set()
    for one in found:
        latin = one.names["*"]
        folded = fold_key(latin)
        if folded in done or folded in given:
            continue
        done.add(folded)
        name = marked(latin, counts[folded])
        if "~" in name and len(folded) <= _SHORTEST:
            continue
        rows[one.kind, one.source][name] = one.names.get("ar", "")
    lines = [
        "# Built by gather_organizations.py from packages: kind | source | name; name = Arabic name"
    ]
    for (kind, source), names in sorted(rows.items()):
        items = [f"{name} = {arabic}" if arabic else name for name, arabic in sorted(names.items())]
        for first in range(0, len(items), 20):
            lines.append(f"{kind} | {source} | {'; '.join(items[first : first + 20])}")
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(done)} organizations in {TARGET.name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

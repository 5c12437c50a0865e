"""What an HTML page declares about itself: JSON-LD, meta elements, ``time``, ``lang``."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

# In this order; the first that is there and not empty counts.
_META: Final[Mapping[str, tuple[str, ...]]] = {
    "title": ("og:title", "twitter:title", "dc.title", "dcterms.title", "citation_title"),
    "date": (
        "article:published_time",
        "og:published_time",
        "datepublished",
        "parsely-pub-date",
        "dc.date.issued",
        "dcterms.issued",
        "dcterms.date",
        "dc.date",
        "citation_publication_date",
        "citation_date",
        "pubdate",
        "publish-date",
        "publication_date",
        "sailthru.date",
        "date",
    ),
    "source": ("og:site_name", "dc.publisher", "dcterms.publisher", "publisher"),
    "url": ("og:url",),
    "language": ("content-language", "dc.language", "dcterms.language", "og:locale"),
    "dateline": ("dateline",),
}
_TAG_NAMES: Final = ("article:tag", "news_keywords", "keywords")
_ARTICLE: Final = re.compile(r"(?:Article|Posting|Report|WebPage)$")
_MAX_NESTING: Final = 20


def declared_by(tree: Any) -> dict[str, object]:
    """Return the fields of a document that a page (an lxml tree) declares, by our names."""
    linked = _linked_data(tree)
    metas = list(_metas(tree))
    fields: dict[str, object] = {
        "title": linked.get("headline"),
        "date": linked.get("datePublished"),
        "source": _name(linked.get("publisher")),
        "url": _first(tree, "//link[@rel='canonical']/@href"),
        "language": _first(tree, "/html/@lang") or _first(tree, "/html/@*[name()='xml:lang']"),
        "dateline": linked.get("dateline"),
        "tags": linked.get("keywords"),
    }
    for field, names in _META.items():
        if not _is_text(fields[field]):
            fields[field] = _meta(metas, names)
    if not fields["tags"]:
        fields["tags"] = _meta_tags(metas)
    if not _is_text(fields["title"]):
        fields["title"] = _first(tree, "//h1") or _first(tree, "//title")
    if not _is_text(fields["date"]):
        fields["date"] = _first(tree, "(//time[@pubdate] | //article//time)/@datetime")
    fields["language"] = _language(fields["language"])
    return {field: value for field, value in fields.items() if value}


def _first(tree: Any, path: str) -> str:
    """Return the first thing on an XPath, as text on one line."""
    for found in tree.xpath(path)[:1]:
        text = found if isinstance(found, str) else found.text_content()
        return " ".join(str(text).split())
    return ""


def _metas(tree: Any) -> Iterator[tuple[str, str]]:
    """Yield names (in lower case) and contents of meta elements and of itemprop attributes."""
    for element in tree.iter("meta"):
        content = (element.get("content") or "").strip()
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = element.get(attribute)
            if name and content:
                yield name.strip().lower(), content


def _meta(metas: list[tuple[str, str]], names: tuple[str, ...]) -> str:
    for wanted in names:
        for name, content in metas:
            if name == wanted:
                return content
    return ""


def _meta_tags(metas: list[tuple[str, str]]) -> list[str]:
    for wanted in _TAG_NAMES:
        found = [content for name, content in metas if name == wanted]
        if found:
            return [tag.strip() for content in found for tag in content.split(",")]
    return []


def _linked_data(tree: Any) -> Mapping[str, object]:
    """Return the JSON-LD object that describes the article; empty if there is none."""
    for script in tree.xpath("//script[@type='application/ld+json']"):
        try:
            data = json.loads(script.text_content())
        except (ValueError, RecursionError):
            continue
        for item in _objects(data):
            kinds = item.get("@type")
            kinds = kinds if isinstance(kinds, list) else [kinds]
            if any(isinstance(kind, str) and _ARTICLE.search(kind) for kind in kinds) and (
                item.get("headline") or item.get("datePublished")
            ):
                return item
    return {}


def _objects(data: object, nesting: int = 0) -> Iterator[Mapping[str, object]]:
    """Yield the objects of JSON-LD, those of an array and of a ``@graph`` included."""
    if nesting > _MAX_NESTING:
        return
    if isinstance(data, list):
        for item in data:
            yield from _objects(item, nesting + 1)
    elif isinstance(data, dict):
        yield data
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _objects(data.get(key), nesting + 1)


def _name(value: object) -> object:
    if isinstance(value, list) and value:
        value = value[0]
    return value.get("name") if isinstance(value, dict) else value


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _language(value: object) -> str:
    """Return ``fr`` for ``fr``, ``fr-FR`` and ``fr_FR``; nothing for several languages."""
    text = value.strip() if isinstance(value, str) else ""
    return re.split(r"[-_]", text)[0].lower() if "," not in text else ""

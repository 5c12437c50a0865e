"""Exports of MediaWiki and WordPress (WXR): a page or a post is a document. Read as streams."""

import re
from collections.abc import Iterator
from typing import Any, Final

from index.document import Document, Skipped
from index.readers.content import RefusedError, opened
from index.readers.formats import ReadOptions, SourceFile
from index.readers.markup import plain
from index.readers.reading import document
from index.readers.xml import all_of, elements, first_of, line, name

# MediaWiki

_ARTICLES: Final = ("0", "")
_REDIRECT: Final = re.compile(r"\s*#\s*(?:redirect|redirection|weiterleitung|redirección)\b", re.I)
_WIKI: Final = (
    (re.compile(r"<!--.*?-->", re.S), ""),
    (re.compile(r"<ref[^>/]*/>|<ref[^>]*>.*?</ref>", re.S | re.I), ""),
    (
        re.compile(
            r"\[\[(?:File|Image|Fichier|Datei|Archivo|Category|Catégorie)[^\[\]]*\]\]", re.I
        ),
        "",
    ),
    (re.compile(r"\[\[(?:[^|\[\]]*\|)?([^|\[\]]*)\]\]"), r"\1"),
    (re.compile(r"\[https?://\S+ ([^\]]*)\]"), r"\1"),
    (re.compile(r"'{2,5}"), ""),
    (re.compile(r"^=+\s*(.*?)\s*=+\s*$", re.M), r"\1"),
    (re.compile(r"^[*#:;]+\s*", re.M), ""),
    (re.compile(r"^(?:\{\||\|\}|\|-).*$", re.M), ""),
    (re.compile(r"^[|!]\+?\s*(?:[^|\n\[\]]*\|(?!\|))?\s*", re.M), ""),
    (re.compile(r"\|\||!!"), "\t"),
    (re.compile(r"__[A-Z]+__"), ""),
)
_TEMPLATE: Final = re.compile(r"\{\{[^{}]*\}\}")
_MAX_TEMPLATES: Final = 20


def read_mediawiki(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the documents of the articles of a dump: of each page its last revision."""
    site = ""
    with opened(file) as (stream, _):
        for element in elements(stream, ("sitename", "page")):
            if name(element) == "sitename":
                site = line(element)
                continue
            revisions = list(all_of(element, "revision"))
            if first_of(element, "ns") not in _ARTICLES or not revisions:
                continue
            last = max(revisions, key=lambda one: first_of(one, "timestamp"))
            text = next(("".join(one.itertext()) for one in all_of(last, "text")), "")
            if next(all_of(element, "redirect"), None) is not None or _REDIRECT.match(text):
                continue
            title = first_of(element, "title")
            part = file._replace(id=f"{file.id}:{title}", name=f"{file.name}:{title}")
            yield _made(
                part,
                options,
                text=wiki_text(text),
                title=title,
                date=first_of(last, "timestamp"),
                source=site,
            )


def wiki_text(text: str) -> str:
    """Return a wiki text without its marks, templates and references."""
    for _ in range(_MAX_TEMPLATES):
        shorter = _TEMPLATE.sub("", text)
        if shorter == text:
            break
        text = shorter
    for mark, shown in _WIKI:
        text = mark.sub(shown, text)
    return plain(text)


# WordPress

_TYPES: Final = ("post", "page")
_SHORT_CODE: Final = re.compile(r"\[/?[a-z_]+(?: [^\]]*)?\]")


def read_wxr(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the documents of the posts and pages that an export has published."""
    site = language = ""
    authors: dict[str, str] = {}
    with opened(file) as (stream, _):
        for element in elements(stream, ("title", "language", "author", "item"), level=3):
            tag = name(element)
            if tag == "title":
                site = site or line(element)
            elif tag == "language":
                language = line(element).split("-")[0].lower()
            elif tag == "author":
                login = first_of(element, "author_login")
                authors[login] = first_of(element, "author_display_name") or login
            elif (
                first_of(element, "status") == "publish"
                and first_of(element, "post_type") in _TYPES
            ):
                yield _post(element, file, options, site, language, authors)


def _post(
    post: Any,
    file: SourceFile,
    options: ReadOptions,
    site: str,
    language: str,
    authors: dict[str, str],
) -> Document | Skipped:
    number = first_of(post, "post_id")
    texts = ["".join(one.itertext()) for one in all_of(post, "encoded")]
    local, universal = first_of(post, "post_date"), first_of(post, "post_date_gmt")
    author = first_of(post, "creator")
    return _made(
        file._replace(id=f"{file.id}:{number}", name=f"{file.name}:{number}"),
        options,
        text=_SHORT_CODE.sub("", plain(texts[0] if texts else "")),
        title=" ".join(plain(first_of(post, "title")).split()),
        date=f"{universal}Z".replace(" ", "T") if universal[:4] not in ("", "0000") else local,
        language=language,
        source=site,
        url=first_of(post, "link"),
        authors=[authors.get(author, author)],
        tags=[line(one) for one in all_of(post, "category")],
    )


def _made(file: SourceFile, options: ReadOptions, **fields: Any) -> Document | Skipped:
    try:
        return document(file, options, **fields)
    except RefusedError as refused:
        return Skipped(file.name, refused.kind, refused.reason)

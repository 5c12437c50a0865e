"""Items of news agencies in XML: NewsML-G2, NewsML 1.2 and NITF.

Packages and concepts refer to items and are none.
"""

import html
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from index.document import Document, Skipped
from index.readers.content import RefusedError, read_bytes
from index.readers.formats import ReadOptions, SourceFile
from index.readers.items import author, end_of, given, item, moment
from index.readers.markup import plain
from index.readers.xml import (
    XML_LANG,
    all_of,
    attribute_of,
    first_of,
    line,
    name,
    parse,
    text_of,
)


def _each(items: Iterable[Any], file: SourceFile) -> Iterator[tuple[SourceFile, Any]]:
    """Yield each item with the file that it stands for: itself, or its number in the file."""
    several = list(items)
    for number, one in enumerate(several, 1):
        alone = len(several) == 1
        yield (
            file
            if alone
            else file._replace(id=f"{file.id}:{number}", name=f"{file.name}:{number}"),
            one,
        )


def _body(elements: Iterable[Any]) -> str:
    text = "\n".join(filter(None, map(text_of, elements)))
    if "</p>" in text or "<br" in text or "<p>" in text:  # markup in a CDATA section
        text = plain(html.unescape(text) if "<" not in text else text)
    return text


# NewsML-G2

_ITEMS: Final = ("newsItem", "packageItem", "conceptItem", "knowledgeItem", "planningItem")
_REFERENCES: Final = {
    "packageItem": "it is a package: it refers to items and holds none",
    "conceptItem": "it describes a concept and is no story",
    "knowledgeItem": "it is a vocabulary and no story",
    "planningItem": "it is a plan and no story",
    "catalogItem": "it is a catalog and no story",
}


def read_newsml(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the documents of the items of a NewsML-G2 file."""
    root = parse(read_bytes(file, options.max_bytes))
    items = [root] if name(root) in (*_ITEMS, "contentSet") else list(all_of(root, *_ITEMS))
    if not items:
        raise RefusedError("empty", "it has no items")
    for part, one in _each(items, file):
        if name(one) in _REFERENCES:
            yield Skipped(part.name, "empty", _REFERENCES[name(one)])
            continue
        try:
            yield _g2(one, part, options)
        except RefusedError as refused:
            yield Skipped(part.name, refused.kind, refused.reason)


def _g2(one: Any, file: SourceFile, options: ReadOptions) -> Document | Skipped:
    meta = next(all_of(one, "itemMeta"), one)
    content = next(all_of(one, "contentMeta"), one)
    headlines = [
        line(headline)
        for headline in all_of(content, "headline")
        if "sub" not in (headline.get("role") or "").lower()
    ]
    embargoed = next(all_of(meta, "embargoed"), None)
    text = _body(all_of(one, "inlineXML", "inlineData"))
    caption = "\n".join(map(text_of, all_of(content, "description")))
    by = first_of(content, "by") or _creator(content)
    subjects = [
        code
        for subject in all_of(content, "subject")
        for code in (
            subject.get("qcode") or subject.get("uri"),
            *map(line, all_of(subject, "name")),
        )
        if code
    ]
    dates = ("versionCreated", "firstCreated", "contentCreated", "contentModified")
    return item(
        file,
        options,
        id=one.get("guid") or "",
        version=one.get("version") or "",
        text=text or caption or "\n".join(line(one) for one in all_of(one, "name")),
        title=next(filter(None, headlines), "")
        or first_of(content, "title")
        or first_of(meta, "title")
        or first_of(one, "hl1"),
        date=next(
            filter(None, (moment(first_of(at, date)) for date in dates for at in (meta, content))),
            "",
        ),
        language=attribute_of(content, "language", "tag") or one.get(XML_LANG) or "",
        source=_provider(meta) or _provider(content),
        authors=[author(by)],
        dateline=first_of(content, "dateline"),
        tags=[*subjects, first_of(content, "slugline"), *map(line, all_of(content, "keyword"))],
        status=attribute_of(meta, "pubStatus", "qcode", "uri"),
        embargo=None if embargoed is None else line(embargoed),
        given=given(
            subjects=map(_code, all_of(content, "subject")),
            organizations=_named(one, content, "organisation"),
            persons=_named(one, content, "person"),
            places=[
                *_named(one, content, "geoArea", "poi", "place"),
                *(name for located in all_of(content, "located") for name in _labels(located)),
            ],
            keywords=map(line, all_of(content, "keyword")),
            slug=first_of(content, "slugline"),
            urgency=first_of(content, "urgency"),
            note="\n".join(map(line, all_of(meta, "edNote"))),
            corrected=any("correction" in _code(signal) for signal in all_of(meta, "signal")),
        ),
    )


def _named(one: Any, content: Any, *types: str) -> Iterator[str]:
    """Yield the names of the subjects and assertions of some types of concepts."""
    described = {_code(concept): concept for concept in all_of(one, "assert")}
    for concept in (*all_of(content, "subject"), *described.values()):
        kind = concept.get("type") or attribute_of(concept, "type", "qcode", "uri")
        if kind.rpartition(":")[2].rpartition("/")[2] in types:
            other = described.get(_code(concept))
            yield from _labels(concept) or ([] if other is None else _labels(other))


def _labels(concept: Any) -> list[str]:
    """Return the first name of a concept, or what stands for it."""
    name = first_of(concept, "name") or concept.get("literal") or ""
    return [name] if name else []


def _code(concept: Any) -> str:
    return concept.get("qcode") or concept.get("uri") or ""


def _creator(content: Any) -> str:
    for creator in all_of(content, "creator"):
        if found := first_of(creator, "name") or creator.get("literal"):
            return str(found)
    return ""


def _provider(meta: Any) -> str:
    for provider in all_of(meta, "provider", "infoSource"):
        code = provider.get("qcode") or provider.get("uri") or ""
        found = first_of(provider, "name") or provider.get("literal") or code.rpartition(":")[2]
        if found:
            return str(found).rpartition("/")[2]
    return ""


# NewsML 1.2


def read_newsml1(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the documents of the items of a NewsML 1.2 file."""
    root = parse(read_bytes(file, options.max_bytes))
    items = list(all_of(root, "NewsItem"))
    if not items:
        raise RefusedError("empty", "it has no items")
    for part, one in _each(items, file):
        try:
            yield _newsml1(one, root, part, options)
        except RefusedError as refused:
            yield Skipped(part.name, refused.kind, refused.reason)


def _newsml1(one: Any, root: Any, file: SourceFile, options: ReadOptions) -> Document | Skipped:
    public = first_of(one, "PublicIdentifier")
    dates = ("ThisRevisionCreated", "FirstCreated")
    provider = attribute_of(one, "Provider", "FormalName") or next(
        (
            party.get("FormalName") or ""
            for at in (one, root)
            for provider in all_of(at, "Provider", "SentFrom")
            for party in all_of(provider, "Party")
        ),
        "",
    )
    subjects = [
        subject.get("FormalName") or ""
        for subject in all_of(one, "Subject", "SubjectMatter", "SubjectDetail")
    ]
    embargo = next(all_of(one, "StatusWillChange"), None)
    status = attribute_of(one, "Status", "FormalName")
    until = moment(first_of(embargo, "DateAndTime")) if embargo is not None else None
    if until and end_of(until) == "":
        status, until = attribute_of(embargo, "FutureStatus", "FormalName") or status, None
    elif status.lower() in ("embargoed", "withheld"):
        status = attribute_of(embargo, "FutureStatus", "FormalName") if until else status
    else:  # what it is now it stays for a while
        until = None
    return item(
        file,
        options,
        id=re.sub(r":\d+[NUA]?$", "", public) or first_of(one, "NewsItemId"),
        version=first_of(one, "RevisionId"),
        text=_body(all_of(one, "DataContent")),
        title=first_of(one, "HeadLine", "NewsLineText", "hl1", "title"),
        date=next(filter(None, (moment(first_of(one, date)) for date in dates)), "")
        or moment(first_of(root, "DateAndTime")),
        language=attribute_of(one, "Language", "FormalName") or one.get(XML_LANG) or "",
        source=provider,
        authors=[author(first_of(one, "ByLine"))],
        dateline=first_of(one, "DateLine"),
        tags=[*subjects, *map(line, all_of(one, "KeywordLine")), first_of(one, "SlugLine")],
        status=status,
        embargo=until,
        given=given(
            subjects=subjects,
            organizations=_properties(one, "organization", "organisation", "company"),
            persons=_properties(one, "person"),
            places=_properties(one, "location", "city", "country", "place"),
            keywords=map(line, all_of(one, "KeywordLine")),
            slug=first_of(one, "SlugLine"),
            urgency=attribute_of(one, "Urgency", "FormalName"),
            note=first_of(one, "Instruction"),
            corrected="correction" in attribute_of(one, "Instruction", "FormalName").lower(),
        ),
    )


def _properties(one: Any, *names: str) -> list[str]:
    return [
        found.get("Value") or found.get("ValueRef") or ""
        for found in all_of(one, "Property")
        if (found.get("FormalName") or "").lower() in names
    ]


# NITF

_PREFIX: Final = re.compile(r"^>{2,}\s*(?:[A-Z]{2,6}/)?\s*")


def read_nitf(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of a NITF file."""
    root = parse(read_bytes(file, options.max_bytes))
    byline = next(all_of(root, "byline"), None)
    by = line(byline)
    title_of = first_of(byline, "byttl") if byline is not None else ""
    release = attribute_of(root, "date.release", "norm")
    body = _body(all_of(root, "body.content"))
    abstract = "\n".join(map(text_of, all_of(root, "abstract")))
    yield item(
        file,
        options,
        id=attribute_of(root, "doc-id", "id-string"),
        version=attribute_of(root, "du-key", "version") or attribute_of(root, "revision", "name"),
        text=f"{abstract}\n{body}" if abstract not in body else body,
        title=_PREFIX.sub("", first_of(root, "hl1", "hedline", "title")),
        date=moment(attribute_of(root, "date.issue", "norm"))
        or moment(attribute_of(root, "pubdata", "date.publication"))
        or moment(attribute_of(root, "story.date", "norm"))
        or moment(release),
        language=root.get("baselang") or root.get(XML_LANG) or "",
        source=first_of(root, "distributor") or attribute_of(root, "doc.copyright", "holder"),
        authors=[author(by.replace(title_of, "") if title_of else by)],
        dateline=first_of(root, "dateline"),
        tags=[
            *(
                subject.get("tobject.subject.refnum") or ""
                for subject in all_of(root, "tobject.subject")
            ),
            *(keyword.get("key") or "" for keyword in all_of(root, "keyword")),
        ],
        status=attribute_of(root, "docdata", "management-status"),
        embargo=release if release and len(release) > len("20160104") else None,
        given=given(
            subjects=[
                subject.get("tobject.subject.refnum") or ""
                for subject in all_of(root, "tobject.subject")
            ],
            organizations=_identified(root, "org"),
            persons=_identified(root, "person"),
            places=_identified(root, "location"),
            keywords=[one.get("key") or "" for one in all_of(root, "keyword")],
            slug=attribute_of(root, "du-key", "key"),
            urgency=attribute_of(root, "urgency", "ed-urg"),
            note="\n".join(
                one.get("info") or line(one) for one in all_of(root, "ed-msg", "correction")
            ),
            corrected=next(all_of(root, "correction"), None) is not None,
        ),
    )


def _identified(root: Any, kind: str) -> Iterator[str]:
    """Yield what a NITF file names, in its head and its text; not who wrote or sent it."""
    for place in all_of(root, "identified-content", "hedline", "abstract", "body.content"):
        for one in all_of(place, kind):
            yield first_of(one, "city", "sublocation", "state", "country") or line(one)

"""OpenSearch: what a browser needs to search the archive from its address bar."""

from xml.etree import ElementTree

import orjson
from flask import Blueprint, Response, g, request
from flask_babel import gettext

from search.response import Suggestion
from web import links
from web.addresses import language
from web.context import engine, labelled, only, stop_if_known
from web.i18n import negotiate
from web.messages import FACETS

blueprint = Blueprint("opensearch", __name__)

NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"
SUGGESTIONS = 8


@blueprint.get("/opensearch.xml")
def description() -> Response:
    """Describe the search (OpenSearch 1.1)."""
    only(("hl",))
    root = ElementTree.Element("OpenSearchDescription", {"xmlns": NAMESPACE})
    for tag, text in (
        ("ShortName", "Trouvaille"),
        ("Description", gettext("Search the archive")),
        ("InputEncoding", "UTF-8"),
        ("OutputEncoding", "UTF-8"),
        ("Language", negotiate()),
    ):
        ElementTree.SubElement(root, tag).text = text
    icon = {"type": "image/svg+xml"}
    ElementTree.SubElement(root, "Image", icon).text = f"{g.base}/static/icon.svg"
    for kind, relation, path in (
        ("text/html", "results", "/search"),
        ("application/x-suggestions+json", "suggestions", "/suggest.json"),
        ("application/atom+xml", "results", "/search.atom"),
        ("application/opensearchdescription+xml", "self", "/opensearch.xml"),
    ):
        template = links.address(g.base, path, language())
        if relation != "self":
            template += ("&" if "?" in template else "?") + "q={searchTerms}"
        attributes = {"type": kind, "rel": relation, "template": template}
        ElementTree.SubElement(root, "Url", attributes)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    response = Response(written, content_type="application/opensearchdescription+xml")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Language"] = negotiate()
    return response


@blueprint.get("/suggest.json")
def suggestions() -> Response:
    """Complete what is being typed, in the form that browsers read (OpenSearch Suggestions)."""
    only(("q", "hl"))
    q = request.args.get("q", "")[:200]
    current = stop_if_known(q)
    found = engine().suggest(q, SUGGESTIONS, negotiate())
    body = [
        q,
        [one.text for one in found],
        [str(FACETS[one.kind]) if one.kind in FACETS else "" for one in found],
        [_leads_to(one) for one in found],
    ]
    response = Response(orjson.dumps(body), content_type="application/x-suggestions+json")
    return labelled(response, current)


def _leads_to(one: Suggestion) -> str:
    """Return the page that a completion stands for."""
    if one.kind == "title":
        return links.address(g.base, f"/document/{one.value}", language())
    name, value = ("q", one.text) if one.kind == "word" else (one.kind, one.value)
    return links.address(g.base, "/search", [(name, value), *language()])

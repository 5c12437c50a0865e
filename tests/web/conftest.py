import json
from html import escape
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from index import IndexDirectory
from index.build import BuildOptions, rebuild
from search.opensearch import OpenSearchEngine
from search.whoosh_engine import WhooshEngine
from tests.search.conftest import ENGINES
from web import create_app
from web.i18n import TRANSLATIONS

HOSTILE_ID = "a/b c?d#e&f=%41//..g<h>\"'"
HOSTILE_TITLE = '<script>alert("titre")</script> & \u202eégaré\u202c <b onclick=x>accord</b>'
HOSTILE_TEXT = (
    "Un accord <script>alert('texte')</script> & </p></article>.\n"
    "=HYPERLINK(1) a\u0301" + "\u0300" * 5_000 + "\n"
    "Il est signé par l'Organisation <i>inconnue</i> des Épreuves (OIDE) & l'ONU.\n"
)


@pytest.fixture(scope="session", autouse=True)
def catalogues() -> None:
    """Compile the catalogues that were edited since the build did."""
    for source in TRANSLATIONS.glob("*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime > source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parts[-3])
        with compiled.open("wb") as file:
            write_mo(file, catalogue)


@pytest.fixture(scope="session", params=ENGINES)
def client(archive: Path, request: pytest.FixtureRequest) -> FlaskClient:
    """A client of the sample archive, whichever engine it is on."""
    if request.param == "embedded":
        return create_app(WhooshEngine(IndexDirectory(archive))).test_client()
    name, node = (request.getfixturevalue(fixture) for fixture in ("clustered", "node"))
    return create_app(OpenSearchEngine(node.cluster, name)).test_client()


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A client of an archive of documents that nobody should trust."""
    folder = tmp_path_factory.mktemp("hostile")
    documents = [
        {
            "id": HOSTILE_ID,
            # Escaped once, which its reader undoes: what is shown has the tags.
            "title": escape(HOSTILE_TITLE),
            "text": escape(HOSTILE_TEXT),
            "url": "javascript:alert(1)",
            "source": escape("<img src=x onerror=alert(1)>"),
            "datetime": "2024-03-12T09:41:00Z",
            "language": "fr",
        },
        {"id": "formule", "title": "=1+1 accord", "text": "Un accord à calculer.", "source": "@x"},
        {"id": "sans-titre", "text": "Un accord sans titre ni date, en français."},
    ]
    source = folder / "hostile.jsonl"
    source.write_text("\n".join(json.dumps(one) for one in documents), "utf-8")
    rebuild(folder / "index", [source], BuildOptions(workers=0))
    return create_app(WhooshEngine(IndexDirectory(folder / "index"))).test_client()

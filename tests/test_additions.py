"""What CONTRIBUTING says is enough to add something, tried on a copy of the source.

Each addition names every file that it changes. Translations and pages of docs/ come on top.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]


class Edit(NamedTuple):
    """Put ``text`` before the first ``anchor`` of a file; a new file has no anchor."""

    file: str
    anchor: str
    text: str


AfterAdding = Callable[[list[Edit], str], str]


@pytest.fixture
def after_adding(tmp_path: Path, run_python: Callable[[str, Path, Path], str]) -> AfterAdding:
    """Return what makes edits in a copy of the product and runs a script over it."""

    def run(edits: list[Edit], script: str) -> str:
        for package in ("index", "search", "web"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
        for file, anchor, text in edits:
            path = tmp_path / file
            before = path.read_text("utf-8") if anchor else ""
            assert anchor in before, f"{file} has no {anchor!r}: mend this test, and CONTRIBUTING"
            at = before.index(anchor)
            path.write_text(before[:at] + text + before[at:], "utf-8")
        return run_python(dedent(_COMMON) + dedent(script), tmp_path, tmp_path)

    return run


_COMMON = """
    import json, sys
    from pathlib import Path
    from click.testing import CliRunner
    from index.directory import IndexDirectory
    from search.whoosh_engine import WhooshEngine
    from web.app import create_app
    from web.cli import cli

    def command(*arguments):
        result = CliRunner().invoke(cli, arguments)
        assert result.exit_code == 0, result.output
        return result.output

    def client(files):
        for name, text in files.items():
            Path("source", name).parent.mkdir(exist_ok=True)
            Path("source", name).write_text(text, "utf-8")
        command("rebuild", "source", "--index", "built", "--workers", "0", "--quiet")
        return create_app(WhooshEngine(IndexDirectory(Path("built")))).test_client()

    def lines(*records):
        return "".join(json.dumps(record) + "\\n" for record in records)
"""

FACET = [
    Edit(
        "index/facets.py",
        "FACETS: tuple",
        "def _tags(document: Document, fields: Fields) -> Values:\n"
        "    return [(tag, tag) for tag in sorted(set(document.tags))]\n\n\n",
    ),
    Edit(
        "index/facets.py",
        '    Facet("date"',
        '    Facet("tag", _l("Tag"), "a keyword of the publisher", _tags, fields=("keyword",)),\n',
    ),
]


def test_a_facet_is_one_declaration(after_adding: AfterAdding) -> None:
    assert len({edit.file for edit in FACET}) <= 8
    after_adding(
        FACET,
        """
        web = client({"a.jsonl": lines(
            {"id": "1", "text": "The minister spoke.", "tags": ["budget", "Europe"]},
            {"id": "2", "text": "The minister left.", "tags": ["Europe"]},
            {"id": "3", "text": "The minister came back."},
        )})
        def found(**asked):
            answer = web.get("/api/search", query_string=asked).json
            return sorted(result["id"] for result in answer["results"]), answer["facets"]
        ids, facets = found(q="minister")
        assert ids == ["1", "2", "3"]
        assert list(facets) == ["organization", "theme", "tag", "date", "lang", "source"]
        counts = {value["value"]: value["count"] for value in facets["tag"]["values"]}
        assert counts == {"Europe": 2, "budget": 1} and facets["tag"]["missing"] == 1
        assert facets["tag"]["label"] == "Tag"
        assert found(tag="budget")[0] == ["1"]
        assert found(exclude_tag="budget")[0] == ["2", "3"]
        assert found(q="keyword:Europe -tag:budget")[0] == ["2"]
        described = web.get("/api/openapi.json").json["paths"]["/api/search"]["get"]["parameters"]
        assert {"tag", "exclude_tag"} <= {parameter["name"] for parameter in described}
        assert b"budget" in web.get("/facet/tag").data
        assert b"Tag" in web.get("/search?q=minister&hl=en").data
        printed = command("search", "--index", "built", "--tag", "budget", "--json", "minister")
        assert json.loads(printed)["total"] == 1
        """,
    )


FORMAT = [
    Edit(
        "index/readers/subtitles.py",
        "",
        dedent(
            '''\
            """Subtitles (.srt): the spoken text, without numbers and times."""

            from collections.abc import Iterator

            from index.document import Document, Skipped
            from index.readers.formats import ReadOptions, SourceFile


            def read_subtitles(
                file: SourceFile, options: ReadOptions
            ) -> Iterator[Document | Skipped]:
                """Yield the one document of a file."""
                lines = file.path.read_text("utf-8").splitlines()
                words = (line for line in lines if not line.isdigit() and "-->" not in line)
                yield Document(id=file.id, text=" ".join(words), path=file.name)
            '''
        ),
    ),
    Edit(
        "index/readers/formats.py",
        '    Format((".json",)',
        '    Format((".srt",), "subtitles.read_subtitles", single=True),\n',
    ),
]


def test_a_format_is_one_module_and_one_line(after_adding: AfterAdding) -> None:
    assert len({edit.file for edit in FORMAT}) <= 3
    after_adding(
        FORMAT,
        """
        text = "1\\n00:00:01,000 --> 00:00:02,000\\nThe glaciers are melting.\\n"
        web = client({"film.srt": text})
        (result,) = web.get("/api/search?q=glaciers").json["results"]
        assert result["id"] == "film.srt"
        """,
    )


LANGUAGE = [
    Edit("index/analysis/languages.txt", "hi hindi", "gl portuguese\n    o a os as de do da e\n\n"),
]


def test_a_language_is_a_stemmer_and_function_words(after_adding: AfterAdding) -> None:
    assert len({edit.file for edit in LANGUAGE}) <= 3
    after_adding(
        LANGUAGE,
        """
        from index.analysis import analyzer
        assert analyzer("gl").suffix == "gl"
        web = client({"a.jsonl": lines(
            {"id": "1", "language": "gl", "text": "Os concellos aprobaron a nova lei da pesca."},
        )})
        assert web.get("/api/search?q=concello").json["total"] == 1
        assert "gl" in web.get("/api/search?q=concello").json["query"]["languages"]
        """,
    )


THEME = [
    Edit(
        "index/vocabularies/themes.tsv",
        "culture/music\t",
        "\t".join(["culture/chess", "", "", *["Chess"] * 7]) + "\n",
    ),
    Edit("index/vocabularies/themes-en.txt", "culture/music", "culture/chess | chess tournament\n"),
]


def test_a_theme_is_a_line_of_labels_and_one_of_expressions(after_adding: AfterAdding) -> None:
    assert len({edit.file for edit in THEME}) <= 2
    after_adding(
        THEME,
        """
        web = client({"a.jsonl": lines({
            "id": "1", "language": "en", "title": "A chess tournament",
            "text": "The chess tournament in Paris began. A chess tournament lasts a week.",
        })})
        assert web.get("/api/search?theme=culture/chess").json["total"] == 1
        """,
    )


RESULT_FIELD = [
    Edit("search/engine.py", "    score: float\n    highlights", "    path: str\n"),
    Edit(
        "search/whoosh_engine.py", "            score=0.0,", "            path=head.id.upper(),\n"
    ),
    Edit("search/answers.py", "    score: float", "    path: str\n"),
    Edit("search/answers.py", '            "score": round', '            "path": result.path,\n'),
]


def test_a_field_of_results_is_declared_filled_and_written(after_adding: AfterAdding) -> None:
    assert len({edit.file for edit in RESULT_FIELD}) <= 3
    after_adding(
        RESULT_FIELD,
        """
        web = client({"a.jsonl": lines({"id": "x1", "text": "The minister spoke."})})
        (result,) = web.get("/api/search?q=minister").json["results"]
        assert result["path"] == "X1"
        schemas = web.get("/api/openapi.json").json["components"]["schemas"]
        assert schemas["Result"]["properties"]["path"] == {"type": "string"}
        """,
    )


@pytest.mark.parametrize(
    "file", sorted({e.file for e in [*FACET, *FORMAT, *LANGUAGE, *THEME, *RESULT_FIELD]})
)
def test_contributing_names_the_files(file: str) -> None:
    pages = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert file in pages or not (ROOT / file).exists() or Path(file).stem.startswith("themes-")

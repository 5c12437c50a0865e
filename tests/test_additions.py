"""What CONTRIBUTING says is enough to add something, all of it tried on one copy of the source.

Each addition names every file that it changes. Translations and pages of docs/ come on top.
"""

import json
import shutil
import subprocess
import sys
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


class Addition(NamedTuple):
    """The edits, how many files they may change, and a script that uses what was added."""

    edits: list[Edit]
    most: int
    script: str


ADDITIONS: dict[str, Addition] = {}

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
        '    Facet("tag", _l("Tag"), "a keyword of the publisher", _tags, fields=("mark",)),\n',
    ),
]


ADDITIONS["facet"] = Addition(
    FACET,
    8,
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
    names = ["organization", "theme", "country", "person", "tag", "date", "lang", "source"]
    assert list(facets) == names
    counts = {value["value"]: value["count"] for value in facets["tag"]["values"]}
    assert counts == {"Europe": 2, "budget": 1} and facets["tag"]["missing"] == 1
    assert facets["tag"]["label"] == "Tag"
    assert found(tag="budget")[0] == ["1"]
    assert found(exclude_tag="budget")[0] == ["2", "3"]
    assert found(q="mark:Europe -tag:budget")[0] == ["2"]
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


ADDITIONS["format"] = Addition(
    FORMAT,
    3,
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


ADDITIONS["language"] = Addition(
    LANGUAGE,
    3,
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


ADDITIONS["theme"] = Addition(
    THEME,
    2,
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
    Edit("search/results.py", "            score=0.0,", "            path=head.id.upper(),\n"),
    Edit("search/answers.py", "    score: float\n\n\nclass ExplainedResult", "    path: str\n"),
    Edit("search/answers.py", '            "score": round', '            "path": result.path,\n'),
]


ADDITIONS["field of results"] = Addition(
    RESULT_FIELD,
    3,
    """
    web = client({"a.jsonl": lines({"id": "x1", "text": "The minister spoke."})})
    (result,) = web.get("/api/search?q=minister").json["results"]
    assert result["path"] == "X1"
    schemas = web.get("/api/openapi.json").json["components"]["schemas"]
    assert schemas["Result"]["properties"]["path"] == {"type": "string"}
    """,
)


_RUN_SCRIPTS = """
    import json, os, traceback
    from pathlib import Path
    from click.testing import CliRunner
    from index.publishing import IndexDirectory
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

    failures = {}
    for name, script in json.loads(Path("scripts.json").read_text("utf-8")).items():
        os.mkdir(name)
        os.chdir(name)
        try:
            exec(script, {**globals()})
        except Exception:
            failures[name] = traceback.format_exc()
        os.chdir("..")
    print(json.dumps(failures))
"""


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Make all additions in one copy of the product; the traceback of each that does not work."""
    folder: Path = tmp_path_factory.mktemp("additions")
    copy = folder / "product"
    for package in ("index", "search", "web"):
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("loops-*"))
    for file, anchor, text in [edit for added in ADDITIONS.values() for edit in added.edits]:
        path = copy / file
        before = path.read_text("utf-8") if anchor else ""
        assert anchor in before, f"{file} has no {anchor!r}: mend this test, and CONTRIBUTING"
        at = before.index(anchor)
        path.write_text(before[:at] + text + before[at:], "utf-8")
    scripts = {name: dedent(added.script) for name, added in ADDITIONS.items()}
    (folder / "scripts.json").write_text(json.dumps(scripts), "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", dedent(_RUN_SCRIPTS)],
        cwd=folder,
        env={"PYTHONPATH": str(copy), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    failed: dict[str, str] = json.loads(done.stdout)
    return failed


@pytest.mark.parametrize("name", ADDITIONS)
def test_an_addition_works_and_changes_few_files(name: str, failures: dict[str, str]) -> None:
    assert len({edit.file for edit in ADDITIONS[name].edits}) <= ADDITIONS[name].most
    assert name not in failures, failures[name]


@pytest.mark.parametrize(
    "file", sorted({edit.file for added in ADDITIONS.values() for edit in added.edits})
)
def test_contributing_names_the_files(file: str) -> None:
    pages = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert file in pages or not (ROOT / file).exists() or Path(file).stem.startswith("themes-")

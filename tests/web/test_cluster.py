"""The commands on a cluster: what works as in a directory, and what is wrong with settings."""

import json
import re
import shlex
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from index import embedding
from index.build import BuildOptions, Watching, learning
from index.extract import LearnedThemes
from index.location import API_KEY, PASSWORD, ClusterSettings, OnCluster
from index.opensearch import check, published
from tests.index.opensearch.front import basic, front
from web.cli import cli

ROOT = Path(__file__).parents[2]
WRITTEN = (ROOT / "docs" / "opensearch.md").read_text("utf-8")
HERE = BuildOptions(workers=0)
ADDRESS = "https://cluster.example:9200"


def run(*arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(cli, list(map(str, arguments)), env=environment)


@pytest.fixture
def on_node(node: Any) -> Any:
    """Run a command with an index of its own on the node."""
    name = node.new_name()

    def command(*arguments: object) -> Result:
        return run(
            *arguments,
            TROUVAILLE_ENGINE="opensearch",
            TROUVAILLE_OPENSEARCH_URL=" ".join(node.cluster.address.urls),
            TROUVAILLE_OPENSEARCH_INDEX=name,
        )

    yield command
    node.delete(name)


@pytest.mark.opensearch
def test_every_command_on_a_cluster(on_node: Any, tmp_path: Path) -> None:
    def done(*arguments: object) -> str:
        result = on_node(*arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    def told(*arguments: object) -> dict[str, Any]:
        answer = json.loads(done(*arguments, "--json"))
        assert isinstance(answer, dict)
        return answer

    source = tmp_path / "a.txt"
    source.write_text("Un accord sur la pêche est signé par l'ONU.", "utf-8")
    missing = on_node("stats")
    assert missing.exit_code == 1
    assert "trouvaille rebuild" in missing.stderr
    first = told("rebuild", tmp_path, "--workers", 0, "--index", tmp_path / "work")
    assert (first["documents"], first["added"]) == (1, 1)
    (tmp_path / "b.md").write_text("Un second accord, à Tunis.", "utf-8")
    second = told("update", tmp_path, "--workers", 0, "--index", tmp_path / "work")
    assert (second["added"], second["unchanged"]) == (1, 1)
    figures = told("stats", "--formats")
    assert (figures["generation"], figures["previous"]) == (
        second["generation"],
        first["generation"],
    )
    assert figures["languages"] == {"fr": 2}
    assert figures["filled"]["organization"] == 1
    assert figures["organizations"] == [
        {"value": "onu", "label": "Organisation des Nations unies", "documents": 1}
    ]
    assert {one["format"] for one in figures["formats"]} == {"txt", "md"}
    assert told("check")["problems"] == []
    assert done("check").startswith("Sound: 2 documents, ")
    assert told("search", "accords")["total"] == 2
    assert told("rollback")["generation"] == first["generation"]
    assert told("search", "accords")["total"] == 1
    updated = told("update", tmp_path, "--workers", 0, "--index", tmp_path / "work")
    assert (updated["added"], updated["unchanged"]) == (1, 1)
    assert told("check")["problems"] == []
    source.unlink()
    many = on_node("update", tmp_path)
    assert many.exit_code == 1
    assert "--yes" in many.stderr
    assert told("update", tmp_path, "--yes")["deleted"] == 1
    assert told("check")["problems"] == []
    (left,) = told("search", "accords")["results"]
    labelled = tmp_path / "labelled.csv"
    labelled.write_text(f"id,themes\n{left['id']},conflict\na,conflict\n", "utf-8")
    absent = on_node("learn", labelled)
    assert "line 3: the index has no document “a”" in absent.stderr
    shared = told("rebuild", tmp_path, "--shared", "--workers", 0, "--index", tmp_path / "work")
    assert shared["generation"] == told("stats")["generation"]
    nowhere = on_node("backup", "--repository", "no-such-repository")
    assert nowhere.exit_code == 2
    assert "no-such-repository" in nowhere.stderr
    assert on_node("restore", "--repository", "no-such-repository").exit_code == 2
    vectors = on_node("vectors")
    assert vectors.exit_code == (0 if embedding.model() else 2), vectors.stderr


@pytest.mark.opensearch
def test_what_is_learned_lies_in_the_directory(node: Any, tmp_path: Path) -> None:
    name, root = node.new_name(), tmp_path / "work"
    (tmp_path / "a.txt").write_text("Un accord sur la pêche.", "utf-8")
    index = OnCluster(root, ClusterSettings(node.cluster.address.urls, name))
    index.rebuild([tmp_path / "a.txt"], HERE)
    assert not root.exists(), "nothing is written where nothing was learned"
    learning.save(root, LearnedThemes("", frozenset(), {}, np.array([], np.float32), {}))
    version = learning.load(root)
    assert version is not None
    updated = index.update([tmp_path / "a.txt"], HERE)
    assert updated.changed == 1
    made_by = published(node.cluster, name).made_by
    assert made_by.endswith(f"learned themes {version.version}")
    node.delete(name)


@pytest.mark.opensearch
def test_watching_publishes_on_a_cluster(
    node: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.build.watching.STILL_SECONDS", 0)
    name, source = node.new_name(), tmp_path / "source"
    source.mkdir()
    (source / "a.txt").write_text("Un accord sur la pêche.", "utf-8")
    told: list[Any] = []
    index = OnCluster(tmp_path / "work", ClusterSettings(node.cluster.address.urls, name))
    watching = Watching(
        index, [source], HERE, every=1, poll=True, told=told.append, stop=threading.Event()
    )
    watching.publish()
    (source / "b.txt").write_text("Un second accord.", "utf-8")
    watching.publish()
    (source / "a.txt").unlink()
    watching.publish()
    assert [(one.added, one.deleted, one.documents) for one in told] == [
        (1, 0, 1),
        (1, 0, 2),
        (0, 1, 1),
    ]
    assert not check(node.cluster, name).faults
    node.delete(name)


@pytest.mark.opensearch
def test_the_start_of_the_documentation(
    node: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What docs/opensearch.md tells to type works as it stands there, but for address and name."""
    (typed,) = re.findall(r"^```sh\n(pip install.*?)```", WRITTEN, re.DOTALL | re.MULTILINE)
    install, *lines = typed.splitlines()
    assert len(lines) < 10
    assert (ROOT / install.split()[-1]).is_file()
    name = node.new_name()
    given = {"TROUVAILLE_OPENSEARCH_INDEX": name, "TROUVAILLE_WORKERS": "0"}
    monkeypatch.setenv("TROUVAILLE_INDEX", str(tmp_path / "work"))
    monkeypatch.chdir(ROOT)
    for line in lines:
        if line.startswith("export "):
            variable, _, value = line.removeprefix("export ").partition("=")
            is_address = variable == "TROUVAILLE_OPENSEARCH_URL"
            given[variable] = node.cluster.address.urls[0] if is_address else value
        elif line == "trouvaille serve":
            assert line == lines[-1]  # tests/web/test_serve.py serves an index on a cluster
        else:
            result = run(*shlex.split(line)[1:], **given)
            assert result.exit_code == 0, result.output
    assert "documents for" in result.output
    node.delete(name)


def test_what_the_table_of_bad_days_quotes_is_said() -> None:
    table = WRITTEN.partition("## Bad days")[2].partition("\n## ")[0]
    said = re.sub(
        r'"\s*f?"',
        "",
        "".join(
            path.read_text("utf-8") for path in sorted((ROOT / "index" / "opensearch").glob("*.py"))
        ),
    )
    quoted = re.findall("“(.*?)”", table)
    assert len(quoted) >= 20
    assert [phrase for phrase in quoted if phrase not in said] == []


@pytest.mark.opensearch
@pytest.mark.parametrize("command", ["stats", "rebuild seeds", "check", "rollback", "search x"])
def test_a_wrong_password_is_one_line(node: Any, tmp_path: Path, command: str) -> None:
    with front(node.cluster.address.urls[0], known=(basic("u", "right"),)) as guarded:
        result = run(
            *command.split(),
            "--index",
            tmp_path / "work",
            TROUVAILLE_ENGINE="opensearch",
            TROUVAILLE_OPENSEARCH_URL=guarded,
            TROUVAILLE_OPENSEARCH_USER="u",
            TROUVAILLE_OPENSEARCH_PASSWORD="wrong",
        )
    assert result.exit_code == 1
    told = result.stderr or str(result.exception)
    assert "does not accept the user “u”" in told
    assert "\n" not in told.strip()
    assert not (tmp_path / "work").exists()


@pytest.mark.parametrize("command", ["backup", "restore", "rebuild . --shared"])
def test_what_only_a_cluster_can_says_so(command: str, tmp_path: Path) -> None:
    result = run(*command.split(), "--index", tmp_path / "index")
    assert result.exit_code == 2
    assert "cluster" in result.stderr


def settings(path: Path, **given: Any) -> ClusterSettings:
    path.write_text("geheim\n", "utf-8")
    return ClusterSettings((ADDRESS,), **given)


def test_secrets_come_from_files_and_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("opensearchpy")
    file = tmp_path / "secret"
    by_file = settings(file, user="u", password_file=file).connect().address
    assert (by_file.user, by_file.password, by_file.api_key) == ("u", "geheim", "")
    assert "geheim" not in repr(by_file)
    assert settings(file, api_key_file=file).connect().address.api_key == "geheim"
    monkeypatch.setenv(PASSWORD, "variable")
    assert settings(file, user="u").connect().address.password == "variable"
    assert settings(file, user="u", password_file=file).connect().address.password == "geheim"
    monkeypatch.setenv(API_KEY, "key")
    assert settings(file).connect().address.api_key == "key"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--opensearch-url"),
        (["--opensearch-url", "cluster:9200"], "“cluster:9200” is no address of a cluster"),
        (["--opensearch-url", "https://u:geheim@cluster:9200"], "--opensearch-user"),
        (["--opensearch-url", ADDRESS, "--opensearch-index", "A B"], "“A B” cannot be the name"),
        (["--opensearch-url", ADDRESS, "--opensearch-index", "a-words"], "one of “a” may have it"),
        (["--opensearch-url", ADDRESS, "--opensearch-user", "u"], PASSWORD),
        (["--opensearch-url", ADDRESS, "--opensearch-ca", "gone.pem"], "“gone.pem” cannot be read"),
        (
            ["--opensearch-url", ADDRESS, "--opensearch-api-key-file", "gone"],
            "--opensearch-api-key-file: “gone” cannot be read",
        ),
    ],
)
@pytest.mark.parametrize("command", ["stats", "rebuild .", "update .", "check", "rollback"])
def test_what_is_wrong_in_settings_is_said(command: str, arguments: list[str], said: str) -> None:
    result = run(*command.split(), "--engine", "opensearch", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "geheim" not in result.stderr
    assert "\n" not in result.stderr.strip()

"""OpenSearch nodes on the loopback interface, for tests, from Maven's packages: start and stop.

    python tests/opensearch/cluster.py start NODES FOLDER    prints the addresses, commas between
    python tests/opensearch/cluster.py stop FOLDER

``start`` ends with status 3 if the packages or a Java for them cannot be had, and says which.
Whence packages come is Maven's own configuration. Nobody is asked for a password: such nodes are
for tests.
"""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen
from zipfile import ZipFile

VERSION = os.environ.get("OPENSEARCH_VERSION", "3.6.0")
JAVA = 21
"""The oldest version of Java that it runs on."""
MODULES = ("jdk.localedata", "jdk.unsupported", "jdk.zipfs", "java.management", "java.sql")
"""What a Java that was cut down lacks. Without the first, no index can be made."""
HEAP = os.environ.get("OPENSEARCH_HEAP", "512m")
USER = "nobody"
"""Who runs the nodes if the tests run as root, which OpenSearch refuses."""
SECONDS = 180
"""After which a cluster that is not complete is given up."""
PACKAGE_SECONDS = 500
CONFIGURATION = """\
cluster.name: {name}
node.name: node-{number}
path.data: {node}/data
path.logs: {node}/logs
path.repo: {folder}/snapshots
network.host: 127.0.0.1
http.port: {http}
transport.port: {transport}
discovery.seed_hosts: [{seeds}]
cluster.initial_cluster_manager_nodes: [{managers}]
action.auto_create_index: false
action.destructive_requires_name: true
cluster.routing.allocation.disk.watermark.low: 2gb
cluster.routing.allocation.disk.watermark.high: 1gb
cluster.routing.allocation.disk.watermark.flood_stage: 500mb
"""


class Unavailable(Exception):
    """There is no cluster to be had on this machine; the message says why."""


def java_home() -> Path:
    """Return the folder of a whole Java that is new enough. Raises Unavailable."""
    named = os.environ.get("OPENSEARCH_JAVA_HOME")
    usual = [os.environ.get("JAVA_HOME"), *sorted(map(str, Path("/usr/lib/jvm").glob("*")))]
    reasons = []
    best: tuple[int, Path] | None = None
    for home in [named] if named else filter(None, usual):
        java = Path(home).resolve() / "bin" / "java"
        if not java.is_file():
            continue
        version = java_version(java)
        lacking = missing_modules(java) if version >= JAVA else []
        if version < JAVA:
            reasons.append(f"{home} is version {version}")
        elif lacking:
            reasons.append(f"{home} lacks {', '.join(lacking)}")
        elif best is None or version > best[0]:
            best = version, Path(home).resolve()
    if best is None:
        seen = "; ".join(dict.fromkeys(reasons)) or "none was found"
        raise Unavailable(
            f"OpenSearch {VERSION} needs a whole JDK of version {JAVA} or later ({seen}): "
            "install one, and set OPENSEARCH_JAVA_HOME if it is not below /usr/lib/jvm."
        )
    return best[1]


def java_version(java: Path) -> int:
    """Return the major version of a Java; 0 if it does not say."""
    told = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
    version = told.partition('version "')[2].partition(".")[0].partition('"')[0]
    return int(version) if version.isdigit() else 0


def missing_modules(java: Path) -> list[str]:
    """Return what a Java lacks of a whole one."""
    told = subprocess.run([java, "--list-modules"], capture_output=True, text=True).stdout
    modules = {line.partition("@")[0] for line in told.splitlines()}
    return [module for module in MODULES if module not in modules]


def distribution(folder: Path) -> Path:
    """Return the unpacked packages, below ``folder``. Raises Unavailable."""
    unpacked = folder / f"opensearch-{VERSION}"
    if (unpacked / "lib").is_dir():
        return unpacked
    if not shutil.which("mvn"):
        raise Unavailable("The packages of OpenSearch are fetched by Maven: install maven.")
    artifact = f"org.opensearch.distribution.integ-test-zip:opensearch:{VERSION}:zip"
    goals = (
        ["dependency:get", "-Dtransitive=false"],
        ["dependency:copy", f"-DoutputDirectory={folder}"],
    )
    for goal in goals:
        command = ["mvn", "-q", "-B", *goal, f"-Dartifact={artifact}"]
        try:
            subprocess.run(
                command, check=True, capture_output=True, text=True, timeout=PACKAGE_SECONDS
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            told = str(error.stdout or "").strip().splitlines()
            raise Unavailable(
                f"Maven has no OpenSearch {VERSION} for us ({told[0] if told else error})."
            ) from error
    archive = folder / f"opensearch-{VERSION}.zip"
    with ZipFile(archive) as packed:
        packed.extractall(folder)
    archive.unlink()
    for program in (unpacked / "bin").iterdir():
        program.chmod(0o755)
    return unpacked


class LocalCluster:
    """Nodes whose data and logs are below one folder, which whoever runs them can read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._file = self.folder / "cluster.json"
        self._state: dict[str, Any] = {}
        if self._file.is_file():
            self._state = json.loads(self._file.read_text())
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def urls(self) -> list[str]:
        """The addresses of the nodes."""
        return [f"http://127.0.0.1:{port}" for port in self._state["ports"][::2]]

    def start(self, nodes: int) -> None:
        """Start so many nodes and wait until all have met. Raises Unavailable, RuntimeError."""
        java = java_home()
        self.folder.mkdir(parents=True, exist_ok=True)
        packages = distribution(self.folder)
        ports = self._state.get("ports") or free_ports(2 * nodes)
        self._state = {"ports": ports, "packages": str(packages), "java": str(java), "pids": {}}
        (self.folder / "snapshots").mkdir(exist_ok=True)
        self._give(self.folder / "snapshots")
        for number in range(nodes):
            self._configure(number)
            self.start_node(number)
        self.wait()

    def _configure(self, number: int) -> None:
        ports, node = self._state["ports"], self._node(number)
        for name in ("config/jvm.options.d", "data", "logs", "tmp"):
            (node / name).mkdir(parents=True, exist_ok=True)
        configuration = CONFIGURATION.format(
            name=f"tests-{ports[0]}",
            number=number,
            node=node,
            folder=self.folder,
            http=ports[2 * number],
            transport=ports[2 * number + 1],
            seeds=", ".join(f'"127.0.0.1:{port}"' for port in ports[1::2]),
            managers=", ".join(f"node-{other}" for other in range(len(ports) // 2)),
        )
        (node / "config" / "opensearch.yml").write_text(configuration)
        packed = Path(self._state["packages"]) / "config"
        shutil.copy(packed / "log4j2.properties", node / "config")
        # Its paths are below the packages, which nodes share and may not write to.
        options = (packed / "jvm.options").read_text().splitlines()
        options = [line for line in options if "gc.log" not in line]
        text = "\n".join(options).replace("logs/hs_err", f"{node}/logs/hs_err")
        text = text.replace("HeapDumpPath=data", f"HeapDumpPath={node}/data")
        (node / "config" / "jvm.options").write_text(text + "\n")
        # The quick compiler alone: half the time to start.
        ours = f"-Xms{HEAP}\n-Xmx{HEAP}\n-XX:TieredStopAtLevel=1\n"
        (node / "config" / "jvm.options.d" / "ours.options").write_text(ours)
        self._give(node)

    def _node(self, number: int) -> Path:
        return self.folder / f"node-{number}"

    def _give(self, folder: Path) -> None:
        """Let whoever runs the nodes write below a folder."""
        if os.getuid() == 0:
            user = pwd.getpwnam(USER)
            for path in (folder, *folder.rglob("*")):
                os.chown(path, user.pw_uid, user.pw_gid)

    def start_node(self, number: int) -> None:
        """Start one node, or start it again."""
        node = self._node(number)
        environment = {
            **os.environ,
            "OPENSEARCH_PATH_CONF": str(node / "config"),
            "OPENSEARCH_JAVA_HOME": self._state["java"],
            "OPENSEARCH_TMPDIR": str(node / "tmp"),
            "OPENSEARCH_JAVA_OPTS": "",
        }
        user: dict[str, Any] = {}
        if os.getuid() == 0:
            entry = pwd.getpwnam(USER)
            user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        with (node / "logs" / "console.log").open("ab") as log:
            process = subprocess.Popen(
                [f"{self._state['packages']}/bin/opensearch"],
                cwd=self._state["packages"],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **user,
            )
        self._processes[number] = process
        self._state["pids"][str(number)] = process.pid
        self._file.write_text(json.dumps(self._state))

    def wait(self, status: str = "yellow", asked: int = 0) -> None:
        """Wait until all nodes have met and are as healthy as that; one of them is asked."""
        nodes = len(self.urls)
        wanted = f"wait_for_status={status}&wait_for_nodes={nodes}&timeout=1s"
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            for number, process in self._processes.items():
                if process.poll() is not None:
                    raise RuntimeError(f"Node {number} has ended:\n{self._log(number)}")
            try:
                with urlopen(f"{self.urls[asked]}/_cluster/health?{wanted}", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (URLError, OSError):
                time.sleep(0.5)
        raise RuntimeError(f"The nodes have not met in {SECONDS} s:\n{self._log(0)}")

    def _log(self, number: int) -> str:
        lines = (self._node(number) / "logs" / "console.log").read_text().splitlines()
        return "\n".join(lines[-15:])

    def kill(self, number: int, sent: signal.Signals = signal.SIGKILL) -> None:
        """End one node, at once unless told otherwise, and wait until it has ended."""
        pid = self._state["pids"].pop(str(number), None)
        self._file.write_text(json.dumps(self._state))
        if pid is None or not self._is_ours(pid, number):
            return
        os.kill(pid, sent)
        deadline = time.monotonic() + 60
        process = self._processes.pop(number, None)
        while self._is_ours(pid, number):
            if process is not None:
                process.poll()
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)
        if process is not None:
            process.wait()

    def _is_ours(self, pid: int, number: int) -> bool:
        """Tell whether a process is a node; its number may be another's by now."""
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            return False
        return f"OPENSEARCH_PATH_CONF={self._node(number)}/config".encode() in environment

    def stop(self) -> None:
        """End all nodes; their data stays."""
        for number in map(int, list(self._state.get("pids", {}))):
            self.kill(number, signal.SIGTERM)


def free_ports(count: int) -> list[int]:
    """Return ports of the loopback interface that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def main(arguments: Sequence[str]) -> int:
    """Start or stop nodes; see above."""
    match arguments:
        case ["start", nodes, folder]:
            cluster = LocalCluster(Path(folder))
            try:
                cluster.start(int(nodes))
            except Unavailable as reason:
                print(reason, file=sys.stderr)
                return 3
            except RuntimeError as error:
                cluster.stop()
                print(error, file=sys.stderr)
                return 1
            print(",".join(cluster.urls))
            return 0
        case ["stop", folder]:
            LocalCluster(Path(folder)).stop()
            return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The unit and the Containerfile of docs/deploy run as they are."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "docs" / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))

# Boot systemd over a folder in namespaces of its own: nothing outside is changed, nothing is left.
BOOT = r"""
set -e
mount --make-rprivate / && mount --bind "$1" "$1" && cd "$1"
mount -t proc proc proc && mount -t tmpfs run run && mount -t tmpfs tmp tmp
mount --rbind /dev dev && mount -t tmpfs shm dev/shm && mount --rbind /sys sys
pivot_root . mnt
exec chroot . sh -c 'umount -l /mnt; exec env -i container=oci PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --system --unit=trouvaille.service --show-status=no'
"""


def needs(*programs: str) -> None:
    """Skip where a program is missing."""
    if missing := [program for program in programs if not shutil.which(program)]:
        pytest.skip(f"needs {', '.join(missing)}; .ci/run installs them")


def healthy(address: str, log: Path) -> dict[str, object]:
    """Return the answer of /healthz, once there is one."""
    for _ in range(600):
        try:
            with urlopen(address + "healthz", timeout=5) as answer:
                state: dict[str, object] = json.load(answer)
                return state
        except (URLError, OSError):
            time.sleep(0.5)
    pytest.fail(log.read_text("utf-8") or "no answer, and nothing in the log")


def serves(process: Path) -> bool:
    """Return whether a folder of /proc is that of the service."""
    try:
        return b"serve\0--config\0/etc/trouvaille.toml" in (process / "cmdline").read_bytes()
    except OSError:  # it has ended
        return False


@pytest.fixture
def units(tmp_path: Path) -> list[str]:
    """Return copies of the units whose program is here, so that they can be judged."""
    for unit in [*UNITS, *DEPLOY.glob("*.timer")]:
        text = unit.read_text("utf-8").replace("/opt/trouvaille/bin/trouvaille", "/bin/true")
        (tmp_path / unit.name).write_text(text, "utf-8")
    return [str(path) for path in sorted(tmp_path.iterdir())]


def test_systemd_finds_no_fault_with_the_units(units: list[str]) -> None:
    needs("systemd-analyze")
    command = ["systemd-analyze", "verify", *units]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_units_expose_little(units: list[str]) -> None:
    needs("systemd-analyze")
    for unit in units:
        if unit.endswith(".service"):
            # In tenths of the scale from 0 to 10.
            command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", unit]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr


def test_units_of_one_user_leave_each_other_alone() -> None:
    """The end of an update must not take the semaphores of the service, as RemoveIPC= would."""
    for unit in UNITS:
        text = unit.read_text("utf-8")
        assert "User=trouvaille" in text
        assert "RemoveIPC" not in text
        assert re.search(r"^LimitNOFILE=\d{5,}$", text, re.M)


def test_operating_names_what_is_there() -> None:
    page = (ROOT / "docs" / "operating.md").read_text("utf-8")
    for file in DEPLOY.iterdir():
        assert f"](deploy/{file.name})" in page


class Podman:
    """Podman with storage of its own, without what this machine may not allow."""

    def __init__(self, folder: Path) -> None:
        """Keep everything in a folder."""
        self.folder = folder
        self.options = [f"--root={folder}/store", f"--runroot={folder}/run"]
        self.options += ["--storage-driver=vfs", "--cgroup-manager=cgroupfs", "--runtime=runc"]
        self.limits = ["--ulimit=nofile=1024:1024", "--ulimit=nproc=4096:4096", "--network=host"]

    def __call__(self, *arguments: str) -> str:
        """Run a command of podman and return what it prints."""
        command = ["podman", *self.options, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        return done.stdout.strip()


@pytest.fixture(scope="module")
def podman(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Podman]:
    """Return podman with the image `trouvaille`, built from the Containerfile on plain Debian."""
    needs("podman", "runc", "mmdebstrap", "unshare")
    if os.geteuid() != 0:
        pytest.skip("needs root, to make a base image without a registry of images")
    folder = tmp_path_factory.mktemp("podman")
    podman = Podman(folder)
    base = folder / "base.tar"
    packages = "--include=python3,python3-venv,ca-certificates,systemd"
    debian = ["mmdebstrap", "--mode=root", "--variant=minbase", packages, "bookworm", str(base)]
    subprocess.run(debian, check=True, capture_output=True)
    podman("import", str(base), "localhost/base")
    base.unlink()
    # The settings of pip on this machine hold in the container as well.
    own = [f"--env={name}" for name in os.environ if name.startswith("PIP_")]
    own += [
        f"--volume={path}:{path}:ro"
        for name in ("PIP_CERT", "PIP_FIND_LINKS")
        if Path(path := os.environ.get(name, "")).is_absolute()
    ]
    options = ["--format=docker", "--layers=false", "--build-arg=BASE=localhost/base"]
    options += [*podman.limits, *own, "--tag=trouvaille", f"--file={DEPLOY / 'Containerfile'}"]
    podman("build", *options, str(ROOT))
    yield podman
    podman("rm", "--all", "--force", "--time=5")
    subprocess.run(["rm", "-rf", str(folder)], check=True)


@pytest.mark.exhaustive
def test_the_container_serves(podman: Podman, tmp_path: Path) -> None:
    """As documented: read-only, without capabilities, the documents beside it."""
    options = ["--read-only", "--tmpfs=/tmp", "--cap-drop=all", *podman.limits]
    options += [f"--volume={ROOT / 'seeds'}:/documents:ro", "--env=TROUVAILLE_PORT=8091"]
    podman("run", "--detach", "--name=archive", *options, "localhost/trouvaille")
    assert healthy("http://127.0.0.1:8091/", tmp_path)["documents"]
    podman("exec", "archive", "trouvaille", "update", "/documents")
    tools = (
        "import sys; from importlib.util import find_spec; sys.exit(bool(find_spec('hatchling')))"
    )
    podman("exec", "archive", "python3", "-c", tools)
    podman("stop", "--time=20", "archive")


@pytest.mark.exhaustive
def test_the_unit_serves_under_systemd(podman: Podman, tmp_path: Path) -> None:
    """A real systemd starts the unit, with all that it forbids, in the system of the image."""
    container = podman("create", "localhost/trouvaille")
    system = Path(podman("mount", container))
    for unit in UNITS:
        shutil.copy(unit, system / "etc/systemd/system")
    settings = 'index = "/var/lib/trouvaille/index"\nport = 8092\n'
    (system / "etc/trouvaille.toml").write_text(settings)
    shutil.copytree(ROOT / "seeds", system / "srv/documents")
    first = system / "etc/systemd/system/trouvaille.service.d/first.conf"
    first.parent.mkdir()
    first.write_text(
        "[Service]\nTimeoutStartSec=600\nExecStartPre=/opt/trouvaille/bin/trouvaille rebuild "
        "--quiet --config /etc/trouvaille.toml /srv/documents\n"
    )
    namespaces = ["unshare", "--pid", "--fork", "--mount", "--cgroup", "--kill-child=KILL"]
    log = tmp_path / "systemd.log"
    with log.open("wb") as output:
        command = [*namespaces, "sh", "-c", BOOT, "boot", str(system)]
        booted = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
    try:
        assert healthy("http://127.0.0.1:8092/", log)["documents"]
        service = [process for process in Path("/proc").glob("[0-9]*") if serves(process)]
        assert service
        for process in service:
            status = (process / "status").read_text()
            assert "NoNewPrivs:\t1" in status
            assert "Seccomp:\t2" in status
            assert re.search(r"^CapBnd:\t0+$", status, re.M)
            mounts = (process / "mounts").read_text()
            assert re.search(r"^\S+ / \S+ ro,", mounts, re.M)
            assert re.search(r"^\S+ /var/lib/trouvaille \S+ rw,", mounts, re.M)
    finally:
        os.killpg(booted.pid, signal.SIGKILL)
        booted.wait()

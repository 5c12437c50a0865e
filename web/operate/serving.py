"""What ``trouvaille serve`` is told, and what it does before it serves."""

from collections.abc import Callable, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click

from index.build import BuildOptions, BuildResult, progress_on
from index.build import plan as build
from index.cli import merged_options
from index.directory import IndexDirectory
from index.errors import IndexLocked, IndexMissing, IndexVersion, SettingError
from search.whoosh_engine import Budget
from web.operate.security import is_loopback
from web.settings import Settings

C = TypeVar("C", bound=Callable[..., Any])
DEFAULTS = Settings()
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


def _setting(flag: str, default: Any, help: str, **more: Any) -> Callable[[C], C]:
    name = flag.split("/")[0].removeprefix("--").upper().replace("-", "_")
    return click.option(
        flag,
        *more.pop("names", ()),
        default=default,
        show_default=more.pop("show_default", True),
        envvar=f"TROUVAILLE_{name}",
        show_envvar=True,
        help=help,
        **more,
    )


def address_options(command: C) -> C:
    """Add where to serve, and what reverse proxies in front are believed."""
    for add in reversed(
        (
            _setting(
                "--host",
                "127.0.0.1",
                "The address to serve at; 0.0.0.0 for every network of this machine.",
            ),
            _setting(
                "--port",
                8080,
                "The port to serve at; 0 takes a free one.",
                type=click.IntRange(0, 65535),
            ),
            _setting(
                "--threads",
                4,
                "Connections that each process answers at once.",
                type=click.IntRange(1, 256),
            ),
            _setting(
                "--compiled/--no-compiled",
                True,
                "Answer with compiled loops where numba is installed (trouvaille[fast]).",
            ),
            _setting(
                "--base-url",
                "",
                "The address that readers see behind a reverse proxy: https://example.org/archive.",
                metavar="URL",
                show_default=False,
            ),
            _setting(
                "--proxy",
                0,
                "Reverse proxies in front, whose X-Forwarded headers are believed.",
                names=("proxies",),
                metavar="N",
                type=click.IntRange(0, 10),
            ),
            _setting(
                "--allowed-host",
                (),
                "A host name that requests may ask for; repeatable.  [default: those of this"
                " machine where it serves itself alone without a proxy, else any]",
                names=("hosts",),
                metavar="NAME",
                multiple=True,
                show_default=False,
            ),
            _setting(
                "--cors",
                (),
                "A site whose pages may read the endpoint; repeatable; * for every site.",
                names=("origins",),
                metavar="ORIGIN",
                multiple=True,
                show_default=False,
            ),
        )
    ):
        command = add(command)
    return command


def limit_options(command: C) -> C:
    """Add what one reader, one page and one question may take."""
    seconds = click.FloatRange(min=0, min_open=True)
    budget = Budget()
    for add in reversed(
        (
            _setting(
                "--rate-limit",
                DEFAULTS.rate_limit,
                "Requests a second for each reader's address and process; 0 for no limit.",
                metavar="N",
                type=click.FloatRange(min=0),
            ),
            _setting(
                "--rate-burst",
                DEFAULTS.rate_burst,
                "Requests that one address may send at once.",
                metavar="N",
                type=click.IntRange(min=1),
            ),
            _setting(
                "--max-per-page",
                DEFAULTS.max_per_page,
                "Results that one page may ask for.",
                metavar="N",
                type=click.IntRange(1, 100),
            ),
            _setting(
                "--search-seconds",
                budget.search,
                "Seconds until a search is given up, or cut short where that may be.",
                metavar="S",
                type=seconds,
            ),
            _setting(
                "--facet-seconds",
                budget.facets,
                "Seconds until facets are left incomplete.",
                metavar="S",
                type=seconds,
            ),
            _setting(
                "--snippet-seconds",
                budget.snippets,
                "Seconds until no more matches are marked.",
                metavar="S",
                type=seconds,
            ),
            _setting(
                "--spelling-seconds",
                budget.spelling,
                "Seconds until no better spelling is looked for.",
                metavar="S",
                type=seconds,
            ),
        )
    ):
        command = add(command)
    return command


def watch_options(command: C) -> C:
    """Add what an operator sees, and who else does."""
    for add in reversed(
        (
            _setting(
                "--metrics",
                DEFAULTS.metrics,
                "Who may read /metrics: programs of this machine, everybody, nobody.",
                type=click.Choice(["local", "on", "off"]),
            ),
            _setting(
                "--log-format",
                DEFAULTS.log_format,
                "The form of the log; off leaves out the lines of requests.",
                type=click.Choice(["text", "json", "off"]),
            ),
            _setting(
                "--log-queries/--no-log-queries",
                DEFAULTS.log_queries,
                "Write what readers asked into the log.",
            ),
            _setting(
                "--skipped-paths/--no-skipped-paths",
                DEFAULTS.skipped_paths,
                "Name skipped files on the status page.",
            ),
        )
    ):
        command = add(command)
    return command


def web_settings(
    *,
    host: str,
    base_url: str,
    proxies: int,
    hosts: tuple[str, ...],
    origins: tuple[str, ...],
    **told: Any,
) -> Settings:
    """Return the settings of the application. Raises SettingError."""
    address = web_address(base_url, "--base-url")
    return Settings(
        base_url=address,
        proxies=proxies,
        hosts=allowed_hosts(host, address, proxies, hosts),
        cors_origins=tuple(_origin(one) for one in origins),
        **told,
    )


def allowed_hosts(
    host: str, base_url: str, proxies: int, named: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the host names that requests may ask for; none for any.

    Whoever serves this machine alone expects no other name: one would be a site that had its own
    name lead here to read what the browser's owner may read. Raises SettingError.
    """
    for name in named:
        if not name or set(name) & set("/@ ?#") or (":" in name and not _is_ipv6(name)):
            raise SettingError(
                f"--allowed-host “{name}” is no host name.", "Give it without scheme and port."
            )
    alone = host == "localhost" or is_loopback(host)
    if not named and (proxies or not alone):
        return ()
    own = urlsplit(base_url).hostname
    given = [f"[{name.strip('[]')}]" if ":" in name else name.lower() for name in named]
    return tuple(dict.fromkeys((*LOCAL_NAMES, *([own] if own else []), *given)))


def _is_ipv6(name: str) -> bool:
    try:
        return ip_address(name.strip("[]")).version == 6
    except ValueError:
        return False


def prepare(index: Path, sources: Sequence[Path], said: dict[str, Any]) -> None:
    """Build what is missing. Raises IndexMissing without sources, and whatever a build raises."""
    try:
        published = IndexDirectory(index).current()
    except IndexMissing as error:
        if sources:
            return _build(index, sources, merged_options(BuildOptions(), **said), anew=True)
        raise IndexMissing(
            error.message,
            "Name the documents, `trouvaille serve FOLDER`, or an index with --index.",
        ) from error
    except IndexVersion as error:
        if not sources:
            raise
        click.echo(f"trouvaille: {error.message} It is built anew.", err=True)
        return _build(index, sources, merged_options(BuildOptions(), **said), anew=True)
    with published:
        if sources:
            remembered = build.options_of(published.manifest.settings)
            _build(index, sources, merged_options(remembered, **said), anew=False)
    return None


def _build(index: Path, sources: Sequence[Path], options: BuildOptions, *, anew: bool) -> None:
    progress = progress_on()
    try:
        work = build.rebuild if anew else build.update
        result = work(index, sources, options, progress)
    except IndexLocked as error:
        if anew:
            raise
        # There is something to serve, and whoever builds will publish: we move to it then.
        click.echo(f"trouvaille: {error.message} The published index is served.", err=True)
        return
    finally:
        progress.finish()
    _tell(result)


def _tell(result: BuildResult) -> None:
    skipped = len(result.skipped)
    left_out = f", {skipped} skipped (trouvaille stats --skipped)" if skipped else ""
    noun = "document" if result.documents == 1 else "documents"
    click.echo(f"{result.documents:,} {noun}{left_out}")


def web_address(text: str, option: str) -> str:
    """Return an address without a slash at its end. Raises SettingError."""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound or parts.query or parts.fragment:
        raise SettingError(
            f"{option} “{text}” is no web address.",
            "Give scheme, host and path, as in https://example.org/archive.",
        )
    return text.rstrip("/")


def _origin(text: str) -> str:
    if text == "*":
        return text
    address = web_address(text, "--cors")
    if not address or urlsplit(address).path:
        raise SettingError(
            f"--cors “{text}” is no origin.", "Give scheme and host, as in https://example.org."
        )
    return address

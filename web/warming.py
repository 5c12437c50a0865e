"""Warming up: what the first readers of a process would otherwise wait for."""

import logging
from threading import Thread

from flask import Flask

from search.engine import Engine
from search.request import SearchRequest

LOG = logging.getLogger("trouvaille")


def warm(app: Flask, engine: Engine, locale: str) -> None:
    """Ask the questions that load what every question needs: analyzers, names, columns, words.

    The words are those of the newest title, so that terms, spelling and snippets are loaded too;
    then the templates are compiled. What goes wrong is left to the readers' own questions to
    report.
    """
    try:
        newest = engine.search(SearchRequest(sort="-date", per_page=1, locale=locale))
        words = next((one.title or one.opening for one in newest.results), "")
        engine.search(SearchRequest(q=words[:200], locale=locale))
        engine.suggest("a", 1, locale)
        for name in app.jinja_env.list_templates():
            app.jinja_env.get_template(name)
    except Exception as error:
        LOG.debug("Warming up failed: %s", error)


def warm_aside(app: Flask, engine: Engine, locale: str) -> None:
    """Warm up in a thread, so that the process answers meanwhile."""
    Thread(target=warm, args=(app, engine, locale), name="warming", daemon=True).start()

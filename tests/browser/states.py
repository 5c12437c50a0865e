"""Every page, in the states that it can be in."""

import json
from urllib.parse import quote
from urllib.request import urlopen


def found(address: str, query: str) -> str:
    """Return the identifier, quoted, of the first result whose text holds a match, if any does."""
    with urlopen(f"{address}/api/search?{query}", timeout=30) as answer:
        results = json.load(answer)["results"]
    marked = (one for one in results if "<mark>" in "".join(one["highlights"]["body"]))
    return quote(next(marked, results[0])["id"])


def states(address: str) -> dict[str, str]:
    """Return an address for each state, by a name for it."""
    french, arabic = found(address, "q=terrorisme&lang=fr"), found(address, "lang=ar")
    return {
        "home": "/",
        "results": "/search?q=ONU",
        "all filters": "/search?q=de&organization=onu&organization=ue&exclude_lang=de"
        "&theme=economy&from=2016&to=2026&undated=include",
        "a month": "/search?q=&from=2024-03&to=2024-03",
        "second page": "/search?q=de&page=2&per_page=5&sort=date",
        "warnings": "/search?q=%22border+AND+%28ONU",
        "relaxed": "/search?q=ONU+zzzzqqqq+accord",
        "question": "/search?q=Que+dit+l%27ONU+des+fronti%C3%A8res+%3F",
        "misspelt": "/search?q=terorisme",
        "a theme by its name": "/search?q=Grenzsicherung",
        "an organization by its name": "/search?q=United+Nations",
        "understood otherwise": "/search?q=accord+OU+trait%C3%A9+ONU",
        "nothing": "/search?q=zzzzqqqq&lang=fr",
        "beyond the last page": "/search?q=de&page=400&per_page=5",
        "facet": "/facet/organization?q=",
        "dates": "/facet/date?q=",
        "document": f"/document/{french}?q=terrorisme",
        "document among results": f"/document/{french}?q=terrorisme&lang=fr&at=1",
        "document with a wrong date": f"/document/{french}?q=terrorisme&from=hier",
        "document in Arabic": f"/document/{arabic}",
        "status": "/status",
        "problems": "/docs/errors",
        "help": "/help",
        "description of the endpoint": "/docs/api",
        "not found": "/nothing",
        "wrong parameters": "/search?from=hier&organisation=onu",
    }

"""A bill of materials, in CycloneDX: `python -m tools.sbom > sbom.json`.

It lists what requirements.lock pins, with the hashes from there, and adds the licences and the
dependencies that the installed packages declare. Run it where requirements-test.lock is installed.
"""

import json
import subprocess
import sys
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def _cyclonedx(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", *arguments]
    options = ["--short-PURLs", "--no-validate"]  # the tests validate
    done = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        sys.exit(done.stderr.decode())
    bill: dict[str, Any] = json.loads(done.stdout)
    return bill


def bill_of_materials() -> dict[str, Any]:
    """Return the document as JSON values."""
    project = ("--pyproject", "pyproject.toml")
    bill = _cyclonedx("requirements", *project, "requirements.lock")
    installed = _cyclonedx("environment", *project, sys.executable)

    # A package is the same in both if its package URL is: name and version.
    urls = {component["bom-ref"]: component["purl"] for component in installed["components"]}
    told = {component["purl"]: component for component in installed["components"]}
    references = {component["purl"]: component["bom-ref"] for component in bill["components"]}
    for component in bill["components"]:
        same = told.get(component["purl"], {})
        component["description"] = same.get("description", "")
        if "licenses" in same:
            component["licenses"] = same["licenses"]
        elif same and (text := metadata(component["name"]).json.get("license")):
            component["licenses"] = [{"license": {"name": str(text).strip()}}]  # in its own words

    root = bill["metadata"]["component"]["bom-ref"]
    reference_of = {ref: references[url] for ref, url in urls.items() if url in references}
    reference_of[root] = root
    bill["dependencies"] = [
        {
            "ref": reference_of[entry["ref"]],
            "dependsOn": sorted(
                reference_of[ref] for ref in entry.get("dependsOn", ()) if ref in reference_of
            ),
        }
        for entry in installed["dependencies"]
        if entry["ref"] in reference_of
    ]
    return bill


if __name__ == "__main__":
    print(json.dumps(bill_of_materials(), indent=2, ensure_ascii=False))

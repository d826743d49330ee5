"""The software bill of materials in CycloneDX's JSON: the pinned packages, their hashes, and which needs which."""

import re
import uuid
from collections import defaultdict
from datetime import datetime
from typing import Any

SPECIFICATION = "1.6"
_PACKAGE = re.compile(
    r"^(?P<name>[\w.-]+)(?:\[[^]]*\])?==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\]+?))? \\\n(?P<rest>(?: .*\n?)+)",
    re.MULTILINE,
)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_VIA = re.compile(r"^ +# +(?:via )?+(?!via$)([\w.-]+)(?! \(pyproject\.toml:build\))\b", re.MULTILINE)


def of(name: str, version: str, requirements: str, made_at: datetime) -> dict[str, Any]:
    """The bill of a program with these requirements, as `uv pip compile` writes them.

    A package that only builds has the scope *excluded*. Equal arguments give equal bills, the serial number included.
    """
    packages = [found.groupdict() for found in _PACKAGE.finditer(requirements)]
    root = _url(name, version)
    refs = {name: root} | {each["name"]: _url(each["name"], each["version"]) for each in packages}
    needs = _needs(packages)
    needed = set().union(*needs.values())
    serial = uuid.uuid5(uuid.NAMESPACE_URL, f"{root}\n{made_at.isoformat()}\n{requirements}")
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPECIFICATION}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": made_at.isoformat(),
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": name,
                "version": version,
                "purl": root,
                "licenses": [{"license": {"id": "MIT"}}],
            },
        },
        "components": [
            _component(each) | ({} if each["name"] in needed else {"scope": "excluded"}) for each in packages
        ],
        "dependencies": [
            {"ref": ref, "dependsOn": sorted(refs[other] for other in needs[each])}
            for each, ref in refs.items()
        ],
    }


def _component(package: dict[str, str]) -> dict[str, Any]:
    url = _url(package["name"], package["version"])
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": url,
        "name": package["name"],
        "version": package["version"],
        "purl": url,
        # One package has a file for each system: these are hashes of its files, not of one component.
        "externalReferences": [
            {
                "type": "distribution",
                "url": url,
                "comment": "one of the files with these hashes",
                "hashes": [{"alg": "SHA-256", "content": each} for each in _HASH.findall(package["rest"])],
            }
        ],
    }
    if package["marker"]:
        component["properties"] = [{"name": "python:marker", "value": package["marker"]}]
    return component


def _needs(packages: list[dict[str, str]]) -> dict[str, set[str]]:
    """Who needs whom: the file says it the other way round, in comments. What only builds is left out."""
    needs: defaultdict[str, set[str]] = defaultdict(set)
    for package in packages:
        for other in _VIA.findall(package["rest"]):
            needs[other].add(package["name"])
    return needs


def _url(name: str, version: str) -> str:
    return f"pkg:pypi/{name}@{version}"

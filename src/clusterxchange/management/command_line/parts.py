"""List the third-party parts of this installation in the form CycloneDX 1.6: name, version, licence, address."""

import argparse
import json
import re
import sys
import uuid
from collections.abc import Iterator
from importlib import metadata
from typing import Any

from clusterxchange.management.command_line import YES

NEEDED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?")
FOR_OLD_PYTHON = re.compile(r"python_version\s*<=?\s*[\"']3\.(\d+)[\"']")
FOR_EXTRA = re.compile(r"extra\s*==\s*[\"']([^\"']+)[\"']")
SPACE_OF_NAMES = uuid.UUID("9b0f3c0e-5d0c-4d8e-9f5e-2d2a5c1a7f11")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take nothing: the list is a JSON document with and without --json."""


def run(options: argparse.Namespace) -> int:  # noqa: ARG001 -- every command takes its options
    """Print the list."""
    sys.stdout.write(json.dumps(bill_of_materials(), indent=1, ensure_ascii=False) + "\n")
    return YES


def bill_of_materials() -> dict[str, Any]:
    """Give the list: what the tool needs, and what that needs, as it is installed here."""
    own = metadata.distribution("clusterxchange")
    parts = {canonical(one.metadata["Name"]): one for one in needed_by(own)}
    components = [_component(parts[name]) for name in sorted(parts)]
    same = ",".join(component["purl"] for component in components)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(SPACE_OF_NAMES, same)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "clusterxchange",
                "name": "clusterxchange",
                "version": own.version,
                "licenses": [{"license": {"id": "EUPL-1.2"}}],
            }
        },
        "components": components,
        "dependencies": [
            {
                "ref": "clusterxchange" if one is own else _address(one),
                "dependsOn": sorted({_address(parts[name]) for name, _extra in _needs(one, "") if name in parts}),
            }
            for one in (own, *(parts[name] for name in sorted(parts)))
        ],
    }


def needed_by(own: metadata.Distribution) -> Iterator[metadata.Distribution]:
    """Give each part once that is installed and needed, directly or by another part."""
    seen: set[tuple[str, str]] = set()
    given: set[str] = set()
    waiting = list(_needs(own, ""))
    while waiting:
        name, extra = one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        try:
            part = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # for another machine
        waiting += _needs(part, extra)
        if name not in given:
            given.add(name)
            yield part


def canonical(name: str) -> str:
    """Write a name as the package index does."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _needs(part: metadata.Distribution, extra: str) -> Iterator[tuple[str, str]]:
    """Give what a part needs, or what one of its extras does, each with every extra that is asked for."""
    for line in part.requires or ():
        found, condition, old = NEEDED.match(line), FOR_EXTRA.search(line), FOR_OLD_PYTHON.search(line)
        if old and sys.version_info >= (3, int(old[1])):
            continue
        if found and (condition[1] if condition else "") == extra:
            name = canonical(found[1])
            yield name, ""
            yield from ((name, one.strip()) for one in (found[2] or "").split(",") if one.strip())


def _address(part: metadata.Distribution) -> str:
    return f"pkg:pypi/{canonical(part.metadata['Name'])}@{part.version}"


def _component(part: metadata.Distribution) -> dict[str, Any]:
    told = part.metadata
    licence = (told.get_all("License-Expression") or [""])[0]
    classified = [
        line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or () if line.startswith("License ::")
    ]
    named = licence or "; ".join(classified) or (told.get_all("License") or [""])[0].partition("\n")[0]
    licences = [{"expression": licence}] if licence else [{"license": {"name": named}}] if named else []
    return {
        "type": "library",
        "bom-ref": _address(part),
        "name": told["Name"],
        "version": part.version,
        "purl": _address(part),
        "licenses": licences,
    }

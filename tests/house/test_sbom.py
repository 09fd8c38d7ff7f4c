"""The software bill of materials names everything that is installed to run, by version and hash; `make sbom` writes it."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation import make_schemabased_validator
from packaging.utils import canonicalize_name

from tests.house.source import ROOT
from tests.house.test_requirements import entries, pins

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sbom")]  # the schema takes seconds to read

RUN = ROOT / "requirements" / "run.txt"


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What `make sbom` writes, by the very words of the Makefile."""
    file = tmp_path_factory.mktemp("sbom") / "outreach.cdx.json"
    said = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", "sbom"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (command,) = re.findall(r"^.*/cyclonedx-py (?:.*\\\n)*.*$", said, re.MULTILINE)
    words = command.replace("\\\n", " ").replace("build/outreach.cdx.json", str(file)).split()
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return file.read_text("utf-8")


def components(bill: str) -> dict[str, dict[str, Any]]:
    return {canonicalize_name(one["name"]): one for one in json.loads(bill)["components"]}


def hashes(component: dict[str, Any]) -> set[str]:
    references = component["externalReferences"]
    return {one["content"] for where in references for one in where["hashes"]}


def test_it_is_valid_cyclonedx(bill: str) -> None:
    validator = make_schemabased_validator(OutputFormat.JSON, SchemaVersion.V1_6)
    assert validator.validate_str(bill) is None
    assert validator.validate_str(bill.replace('"components"', '"component"')) is not None


@pytest.mark.asvs("15.1.2", "The bill of materials names each pinned package, version and hash.")
def test_it_names_every_pinned_package_with_version_and_hashes(bill: str) -> None:
    found = components(bill)
    assert {name: one["version"] for name, one in found.items()} == pins(RUN)
    for entry in entries(RUN):
        name = canonicalize_name(re.split(r"[=\[]", entry)[0])
        wanted = set(re.findall(r"--hash=sha256:(\w{64})", entry))
        assert wanted
        assert hashes(found[name]) == wanted


def test_it_says_what_it_is_of(bill: str) -> None:
    of = json.loads(bill)["metadata"]["component"]
    assert (of["name"], of["type"]) == ("outreach", "application")

"""The package says what it needs, and has all that it promises."""

import re
import subprocess
from importlib import metadata, resources
from pathlib import Path

from packaging.requirements import Requirement

import kmsmock

ROOT = Path(__file__).parent.parent
REQUIREMENTS = [Requirement(text) for text in metadata.requires("kmsmock")]


def of_extra(extra):
    """The requirements that an extra adds."""
    return {
        requirement.name.lower(): requirement
        for requirement in REQUIREMENTS
        if requirement.marker is not None and requirement.marker.evaluate({"extra": extra})
    }


def test_runtime_needs_four_packages():
    """Without extras, kmsmock brings boto3, botocore, cryptography and responses alone."""
    assert {"boto3", "botocore", "cryptography", "responses"} == {
        requirement.name for requirement in REQUIREMENTS if requirement.marker is None
    }


def test_every_extra_of_the_code_exists():
    """An extra that an error names can be installed, and has a lowest version."""
    named = set()
    for module in (ROOT / "kmsmock").rglob("*.py"):
        named |= set(re.findall(r'extra="(\w+)"', module.read_text("utf-8")))
    assert {"cbor", "ed25519ph", "pqc", "sm2"} <= named
    for extra in named:
        assert extra in metadata.metadata("kmsmock").get_all("Provides-Extra")
        assert all(requirement.specifier for requirement in of_extra(extra).values())


def test_extra_test_brings_all_others():
    """The extra `test` brings pytest, and all that the other extras bring but for the vectors.

    Those are 126 MB, for whoever asks for them.
    """
    tests = of_extra("test")
    assert "pytest" in tests
    for extra in set(metadata.metadata("kmsmock").get_all("Provides-Extra")) - {"vectors"}:
        assert of_extra(extra).keys() <= tests.keys()


def test_python_3_10_to_the_newest():
    """Python 3.10 is the oldest one supported, and none is too new."""
    assert metadata.metadata("kmsmock")["Requires-Python"] == ">=3.10"


def test_package_is_typed():
    """Type checkers may use kmsmock's annotations (PEP 561)."""
    assert (resources.files(kmsmock) / "py.typed").is_file()


def test_ci_tests_the_oldest_libraries():
    """`.ci/run` takes the lowest versions that are declared, of all that kmsmock needs."""
    printed = subprocess.run(  # noqa: S603 - our own script
        [ROOT / ".ci" / "run", "oldest"], capture_output=True, text=True, check=True
    )

    assert sorted(printed.stdout.split()) == sorted(
        str(requirement).replace(">=", "==")
        for requirement in REQUIREMENTS
        if requirement.marker is None
    )


def test_changelog_has_this_version():
    """The changelog tells of the version that is installed."""
    assert f"## [{metadata.version('kmsmock')}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")

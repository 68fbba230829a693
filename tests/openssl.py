"""OpenSSL's command line, which owes nothing to kmsmock or to `cryptography`."""

import re
import shutil
import subprocess
from functools import cache

import pytest

needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="needs the openssl binary")


def openssl(folder, command, **files):
    """Run a command in a folder, with files in it."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    command_line = ["openssl", *command.split()]
    return subprocess.run(  # noqa: S603 - the commands stand in the tests
        command_line, cwd=folder, capture_output=True, check=False
    )


@cache
def version():
    """Give the release at hand: (3, 0)."""
    told = subprocess.run(["openssl", "version"], capture_output=True, check=True)  # noqa: S607
    return tuple(map(int, re.search(rb"\d+\.\d+", told.stdout)[0].split(b".")))


def since(major, minor):
    """Skip a test where OpenSSL is older."""
    lacks = shutil.which("openssl") is None or version() < (major, minor)
    return pytest.mark.skipif(lacks, reason=f"needs the openssl binary of {major}.{minor} or newer")

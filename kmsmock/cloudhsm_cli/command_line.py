"""A command as one types it, `user create --username kmsuser ...`, taken apart."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "number", "flag", "texts"]
"""What follows an option: one word, one number, nothing, or one word and more."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command and its options.

    Attributes:
        method: the method of CloudHsmCli that does it.
        options: option -> the method's parameter, and what follows the option.
        required: the options that it cannot do without.
    """

    method: str
    options: dict[str, tuple[str, Kind]]
    required: tuple[str, ...]


_USERNAME: dict[str, tuple[str, Kind]] = {"--username": ("username", "text")}
_ROLE: dict[str, tuple[str, Kind]] = {"--role": ("role", "text")}
_PASSWORD: dict[str, tuple[str, Kind]] = {"--password": ("password", "text")}
_FILTER: dict[str, tuple[str, Kind]] = {"--filter": ("filter", "texts")}
_SHARED_KEY = _FILTER | _USERNAME | _ROLE
_WHO = _USERNAME | _ROLE | _PASSWORD

COMMANDS: dict[tuple[str, ...], Command] = {
    ("cluster", "activate"): Command("activate", _PASSWORD, tuple(_PASSWORD)),
    ("cluster", "hsm-info"): Command("hsm_info", {}, ()),
    ("login",): Command("login", _WHO, tuple(_WHO)),
    ("logout",): Command("logout", {}, ()),
    ("user", "list"): Command("user_list", {}, ()),
    ("user", "create"): Command("user_create", _WHO, tuple(_WHO)),
    ("user", "delete"): Command("user_delete", _USERNAME | _ROLE, tuple(_USERNAME | _ROLE)),
    ("user", "change-password"): Command("user_change_password", _WHO, tuple(_WHO)),
    ("user", "change-mfa", "token-sign"): Command(
        "user_change_mfa_token_sign",
        _USERNAME | _ROLE | {"--public-key": ("public_key", "text")},
        ("--username", "--role", "--public-key"),
    ),
    ("key", "list"): Command("key_list", _FILTER | {"--verbose": ("verbose", "flag")}, ()),
    ("key", "generate-symmetric", "aes"): Command(
        "key_generate_symmetric_aes",
        {
            "--label": ("label", "text"),
            "--key-length-bytes": ("key_length_bytes", "number"),
            "--attributes": ("attributes", "texts"),
        },
        ("--label", "--key-length-bytes"),
    ),
    ("key", "delete"): Command("key_delete", _FILTER, tuple(_FILTER)),
    ("key", "set-attribute"): Command(
        "key_set_attribute",
        _FILTER | {"--name": ("name", "text"), "--value": ("value", "text")},
        ("--filter", "--name", "--value"),
    ),
    ("key", "share"): Command("key_share", _SHARED_KEY, tuple(_SHARED_KEY)),
    ("key", "unshare"): Command("key_unshare", _SHARED_KEY, tuple(_SHARED_KEY)),
}
"""The words of a command -> the command. In AWS's CLI all of these have more options."""

_OPTION = re.compile(r"--[a-z]")
"""How an option begins; a PEM, which also begins with dashes, is a value."""

_PROMPT = re.compile(r"\s*(\$\s+)?(\S*cloudhsm-cli(\s+interactive)?\s|aws-cloudhsm\s*>)?\s*")


def read_line(line: str) -> tuple[str, dict[str, Any]]:
    """Read a command, with or without the prompt before it.

    Returns:
        The method of CloudHsmCli, and its keyword arguments.

    Raises:
        ValueError: kmsmock has no such command or option; the message names those it has.
    """
    prompt = _PROMPT.match(line)
    words = shlex.split(line[prompt.end() if prompt else 0 :].replace("\\\n", " "))
    for length in (3, 2, 1):
        command = COMMANDS.get(tuple(words[:length]))
        if command is not None:
            return command.method, _read_options(" ".join(words[:length]), command, words[length:])
    known = ", ".join(" ".join(name) for name in COMMANDS)
    raise ValueError(f"kmsmock's CloudHSM CLI does not know {line.strip()!r}; it knows: {known}")


def _read_options(name: str, command: Command, words: list[str]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    given = []
    rest = list(words)
    while rest:
        option, equals, attached = rest.pop(0).partition("=")
        if option not in command.options:
            known = ", ".join(command.options) or "no options"
            raise ValueError(f"{name!r} does not take {option!r} here; it takes: {known}")
        parameter, kind = command.options[option]
        values = [attached] if equals else []
        while rest and not _OPTION.match(rest[0]) and (kind == "texts" or not values):
            values.append(rest.pop(0))
        arguments[parameter] = _value(option, kind, values)
        given.append(option)
    missing = [option for option in command.required if option not in given]
    if missing:
        # The real CLI asks for a missing password; nobody would answer here.
        raise ValueError(f"{name!r} needs {', '.join(missing)}")
    return arguments


def _value(option: str, kind: Kind, values: list[str]) -> object:
    if kind == "flag":
        if values:
            raise ValueError(f"{option} takes no value")
        return True
    if not values:
        raise ValueError(f"{option} needs a value")
    if kind == "texts":
        return values
    if kind == "text":
        return values[0]
    if not values[0].isdecimal():
        raise ValueError(f"{option} needs a number, not {values[0]!r}")
    return int(values[0])

"""What HSMs and their backups hold in common, in a file: keys, and contents as they were."""

from __future__ import annotations

from typing import Any

from kmsmock.domain.backup import Contents
from kmsmock.domain.crypto_user import Role, UserRecord
from kmsmock.domain.hsm_key import AES_ATTRIBUTES, Attributes, HsmKey, KeyNumbers
from kmsmock.saved_worlds.documents import CERTIFICATE
from kmsmock.saved_worlds.forms import (
    COUNT,
    FLAG,
    TEXT,
    Damaged,
    Form,
    Json,
    bytes_of,
    list_of,
    literal,
    map_of,
    or_none,
)
from kmsmock.saved_worlds.records import Record, Table, list_by

_FLAGS = map_of(FLAG)


def _write_attributes(attributes: Attributes) -> Json:
    """Give those that are not as the CloudHSM CLI gives them by default."""
    return {name: on for name, on in attributes.items() if AES_ATTRIBUTES[name] != on}


def _read_attributes(found: Json, where: str) -> Attributes:
    flags: Attributes = _FLAGS.read(found, where)
    for name in flags:
        if name not in AES_ATTRIBUTES:
            raise Damaged(f"{where}.{name}", "keys have no such attribute")
    return AES_ATTRIBUTES | flags


_KEY = Record(
    HsmKey,
    {
        "reference": TEXT,
        "owner": TEXT,
        "label": TEXT,
        "id": TEXT,
        "attributes": Form(_write_attributes, _read_attributes),
        "_secret": bytes_of(16, 24, 32),
        "shared_with": list_of(TEXT, frozenset),
    },
)
_NUMBERS = Form(
    lambda numbers: numbers.last,
    lambda found, where: KeyNumbers(COUNT.read(found, where)),
)
_USER = Record(
    UserRecord,
    {"name": TEXT, "role": literal(Role), "password": TEXT, "mfa": FLAG, "wrong_logins": COUNT},
)


class HsmMemory:
    """What clusters and backups of all Regions share; each thing stands in a file once.

    Attributes:
        tables: the member of the file -> its table, in an order in which they can be read.
        key_numbers: the form of the numbers of a backup history's keys.
        keys: the form of the keys in a cluster.
        contents: the form of what a backup holds.
    """

    def __init__(self) -> None:
        numbers, keys = Table(_NUMBERS, "key number"), Table(_KEY.form, "HSM key")
        self.key_numbers = numbers.reference
        self.keys = list_by(keys.reference, lambda key: key.reference, "HSM key")
        contents: Record[Any] = Record(
            Contents,
            {
                "certificate": or_none(CERTIFICATE),
                "trust_anchor": or_none(CERTIFICATE),
                "users": list_by(_USER.form, lambda user: user.name, "user"),
                "keys": self.keys,
                "key_numbers": self.key_numbers,
            },
        )
        table = Table(contents.form, "HSM contents")
        self.contents = table.reference
        self.tables = {"hsm_key_numbers": numbers, "hsm_keys": keys, "hsm_contents": table}

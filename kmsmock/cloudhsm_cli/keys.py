"""key list, key generate-symmetric aes, key delete, key set-attribute, key share, key unshare.

The texts with which the CloudHSM CLI refuses commands about keys are assumed, but for those whose
source stands beside them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kmsmock.cloudhsm_cli.session import Refused
from kmsmock.domain.hsm_key import AES_ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kmsmock.cloudhsm_cli.session import Session
    from kmsmock.domain.hsm_key import HsmKey

AES_LENGTHS = (16, 24, 32)

SETTABLE = frozenset(
    (
        "decrypt",
        "destroyable",
        "encrypt",
        "extractable",
        "modifiable",
        "sign",
        "unwrap",
        "verify",
        "wrap",
        "wrap-with-trusted",
    )
)
"""The yes-or-no attributes that a new key's maker may choose."""


def list_keys(session: Session, filters: Sequence[str], *, verbose: bool) -> dict[str, Any]:
    """List the crypto user's own keys, and those shared with it, that fit every filter."""
    matched = _matched(session, filters)
    return {
        "matched_keys": [_verbose(session, key) if verbose else _brief(key) for key in matched],
        "total_key_count": len(matched),
        "returned_key_count": len(matched),
    }


def generate_aes(
    session: Session, label: str, length: int, attributes: Mapping[str, str]
) -> dict[str, Any]:
    """Make a persistent AES key of the crypto user; extractable unless asked otherwise."""
    user = session.require_login("crypto-user")
    if length not in AES_LENGTHS:
        raise Refused(f"AES keys have 16, 24 or 32 bytes, not {length}.")
    flags = AES_ATTRIBUTES | {
        name: _flag(name, value) for name, value in attributes.items() if name != "id"
    }
    flags["never-extractable"] = not flags["extractable"]
    session.require_available_keys()
    key = session.cluster.generate_aes_key(
        user.name,
        label,
        session.world.randomness.bytes,
        length=length,
        key_id=_hex(attributes.get("id", "")),
        attributes=flags,
    )
    return {"key": _verbose(session, key)}


def delete_key(session: Session, filters: Sequence[str]) -> dict[str, str]:
    """Delete the one key of the crypto user that fits every filter."""
    session.cluster.delete_key(_own_key(session, filters).reference)
    return {"message": "Key deleted successfully"}


def set_attribute(
    session: Session, filters: Sequence[str], name: str, value: str
) -> dict[str, str]:
    """Set one attribute of the one key of the crypto user that fits every filter."""
    key = _own_key(session, filters)
    if name == "label":
        session.cluster.replace_key(replace(key, label=value))
    elif name == "id":
        session.cluster.replace_key(replace(key, id=_hex(value)))
    else:
        on = _flag(name, value)
        if (name == "extractable" and on) or not key.attributes["modifiable"]:
            # The text is of recorded answers, cloudhsmv2.md section 9.
            raise Refused(
                f"Attribute {name} cannot be set to the value {value} by the user for this "
                "operation"
            )
        session.cluster.replace_key(replace(key, attributes={**key.attributes, name: on}))
    return {"message": "Attribute set successfully"}


def share_key(session: Session, filters: Sequence[str], username: str, role: str) -> dict[str, str]:
    """Let another crypto user use the one key of the crypto user that fits every filter."""
    key = _own_key(session, filters)
    session.require_available_keys()
    other = session.cluster.users.get(username.lower())
    if other is None or other.role != role or role != "crypto-user":
        raise Refused(f"User {username} of role {role} does not exist.")
    if other.name == key.owner or other.name in key.shared_with:
        raise Refused(f"User {other.name} may use the key already.")
    session.cluster.replace_key(replace(key, shared_with=key.shared_with | {other.name}))
    return {"message": "Key shared successfully"}


def unshare_key(
    session: Session, filters: Sequence[str], username: str, role: str
) -> dict[str, str]:
    """Let another crypto user use the key no more."""
    key = _own_key(session, filters)
    session.require_available_keys()
    name = username.lower()
    if role != "crypto-user" or name not in key.shared_with:
        raise Refused(f"The key is not shared with user {username} of role {role}.")
    session.cluster.replace_key(replace(key, shared_with=key.shared_with - {name}))
    return {"message": "Key unshared successfully"}


def _own_key(session: Session, filters: Sequence[str]) -> HsmKey:
    """Give the one key that fits every filter; only its owner may change or delete it."""
    user = session.require_login("crypto-user")
    matched = _matched(session, filters)
    if len(matched) != 1:
        raise Refused(f"The filter must match exactly one key; it matches {len(matched)}.")
    if matched[0].owner != user.name:
        raise Refused(f"The key is user {matched[0].owner}'s; only its owner can do this.")
    return matched[0]


def _matched(session: Session, filters: Sequence[str]) -> list[HsmKey]:
    user = session.require_login("crypto-user")
    wanted = [_filter(text) for text in filters]
    return [
        key
        for key in session.cluster.keys.values()
        if (key.owner == user.name or user.name in key.shared_with)
        and all(_filterable(key).get(name) == value for name, value in wanted)
    ]


def _filter(text: str) -> tuple[str, str]:
    """Take `attr.label=x` apart; the value may be in quotes."""
    name, equals, value = text.partition("=")
    if not equals or name not in FILTERS:
        raise Refused(f"Unknown filter {text}: use key-reference=... or attr.<attribute>=...")
    value = value.strip("\"'")
    return name, _hex(value) if name == "attr.id" else value


def _filterable(key: HsmKey) -> dict[str, str]:
    flags = {f"attr.{name}": "true" if on else "false" for name, on in key.attributes.items()}
    return flags | {
        "key-reference": key.reference,
        "attr.class": "secret-key",
        "attr.id": key.id,
        "attr.key-length-bytes": str(key.length),
        "attr.key-type": "aes",
        "attr.label": key.label,
    }


FILTERS = frozenset(
    (
        "key-reference",
        "attr.class",
        "attr.id",
        "attr.key-length-bytes",
        "attr.key-type",
        "attr.label",
        *(f"attr.{name}" for name in AES_ATTRIBUTES),
    )
)


def _flag(name: str, value: str) -> bool:
    if name not in SETTABLE or value not in ("true", "false"):
        raise Refused(f"Attribute {name} cannot be set to {value}.")
    return value == "true"


def _hex(text: str) -> str:
    """Read the hex digits of an id, with or without `0x`."""
    digits = text[2:] if text[:2].lower() == "0x" else text
    try:
        return bytes.fromhex(digits).hex()
    except ValueError:
        raise Refused(f"An id is written in hex, not {text}.") from None


def _brief(key: HsmKey) -> dict[str, Any]:
    return {"key-reference": key.reference, "attributes": {"label": key.label}}


def _verbose(session: Session, key: HsmKey) -> dict[str, Any]:
    def covered(name: str) -> dict[str, str]:
        user = session.cluster.users.get(name)
        coverage = "full" if user is None else session.cluster.coverage_of(user)
        return {"username": name, "key-coverage": coverage}

    return {
        "key-reference": key.reference,
        "key-info": {
            "key-owners": [covered(key.owner)],
            "shared-users": [covered(name) for name in sorted(key.shared_with)],
            "key-quorum-values": {
                "manage-key-quorum-value": 0,
                "use-key-quorum-value": 0,
            },
            "cluster-coverage": "full",
        },
        "attributes": {
            "key-type": "aes",
            "label": key.label,
            "id": f"0x{key.id}",
            "check-value": f"0x{key.check_value}",
            "class": "secret-key",
            **key.attributes,
            "key-length-bytes": key.length,
        },
    }

"""Requests drawn from botocore's models, and sent as they are, past botocore's own checks."""

import base64
import json
from datetime import datetime, timezone

from botocore.exceptions import ClientError
from hypothesis import strategies as st

NOW = datetime.now(timezone.utc).replace(microsecond=0)


def send(client, operation, document):
    """Send a document as it is; give the error's code, or None."""

    def replace(params, **_rest):
        params["body"] = json.dumps(document).encode()

    model = client.meta.service_model
    event = f"before-call.{model.service_id.hyphenize()}"
    shape = model.operation_model(operation).input_shape
    client.meta.events.register(event, replace)
    try:
        client._make_api_call(operation, known(shape) if shape else {})
    except ClientError as error:
        return error.response["Error"]["Code"]
    finally:
        client.meta.events.unregister(event, replace)
    return None


def known(shape):
    """Something that botocore lets pass; it is replaced before it is sent."""
    if shape.type_name == "list":
        return [known(shape.member)] * shape.metadata.get("min", 0)
    if shape.type_name == "structure":
        return {name: known(shape.members[name]) for name in shape.required_members}
    return {
        "string": "x" * max(1, shape.metadata.get("min", 1)),
        "blob": b"x",
        "integer": shape.metadata.get("min", 1),
        "boolean": True,
        "timestamp": NOW,
    }.get(shape.type_name, {})


def well_formed(shape, values, name=""):
    """Values of a shape as JSON has them, drawn from the world where it has some of the name."""
    if name in values:
        return st.sampled_from([as_json(value) for value in values[name]])
    return FORMS[shape.type_name](shape, values, name)


@st.composite
def _members(draw, shape, values):
    """All required members of a structure, and a few of the others."""
    required = shape.required_members
    optional = [name for name in shape.members if name not in required]
    chosen = draw(st.lists(st.sampled_from(optional), max_size=3, unique=True)) if optional else []
    return {
        name: draw(well_formed(shape.members[name], values, name)) for name in [*required, *chosen]
    }


def _structure(shape, values, _name):
    return _members(shape, values)


def _string(shape, _values, _name):
    if shape.metadata.get("enum"):
        return st.sampled_from(shape.metadata["enum"])
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max", 50)
    return st.text("abcXYZ019:/_-=+,.@ é", min_size=least, max_size=min(most, least + 20))


def _list(shape, values, name):
    most = 3
    element = well_formed(shape.member, values, {"GrantTokens": "GrantToken"}.get(name, ""))
    return st.lists(element, min_size=min(shape.metadata.get("min", 0), most), max_size=most)


def _map(shape, values, _name):
    keys, members = well_formed(shape.key, values), well_formed(shape.value, values)
    return st.dictionaries(keys, members, max_size=3)


def _integer(shape, _values, _name):
    return st.integers(shape.metadata.get("min", 0), shape.metadata.get("max", 1000))


def _blob(shape, _values, _name):
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max", 64)
    return st.sampled_from(sorted({least, 32, min(most, 64), most})).flatmap(
        lambda length: (
            st.binary(min_size=length, max_size=length) if length <= 64 else st.just(bytes(length))
        ).map(as_json)
    )


FORMS = {
    "structure": _structure,
    "string": _string,
    "list": _list,
    "map": _map,
    "integer": _integer,
    "blob": _blob,
    "boolean": lambda *_: st.booleans(),
    "timestamp": lambda *_: st.integers(-30, 500).map(lambda days: NOW.timestamp() + 86400 * days),
}


def as_json(value):
    """A value as JSON has it: bytes in base64."""
    if isinstance(value, list):
        return [as_json(item) for item in value]
    if isinstance(value, dict):
        return {name: as_json(member) for name, member in value.items()}
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value

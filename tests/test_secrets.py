"""No representation of anything in a world has a secret: it may end in a failed test's report."""

import dataclasses
import gc
import itertools

from clusters import cluster_with_csr, described
from imports import MATERIAL, external_key, parameters
from rich_world import Rich

SECRETIVE = ("password", "secret", "wrapping_key")
"""What the names of attributes have in them that hold secrets."""


def things_in(world):
    """All of kmsmock's own objects that a world consists of."""
    waiting, seen = [world], {}
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen[id(thing)] = thing
        own = type(thing).__module__.startswith("kmsmock.")
        if own:
            yield thing
        if own or isinstance(thing, (dict, list, tuple, set)):
            waiting += gc.get_referents(thing)


def secrets_of(thing):
    """The secrets that an object holds itself."""
    for field in dataclasses.fields(thing) if dataclasses.is_dataclass(thing) else ():
        value = getattr(thing, field.name)
        if any(part in field.name for part in SECRETIVE) and isinstance(value, (str, bytes)):
            yield value


def test_no_representation_has_a_secret(aws, kms, cloudhsm):
    """Passwords, secret access keys, key material and private keys are in no object's `repr`."""
    rich = Rich(aws)
    rich.new_hsm_key()
    parameters(kms, external_key(kms))
    first_password = described(cloudhsm, cluster_with_csr(cloudhsm))["PreCoPassword"]
    things = list(things_in(aws._world))

    secrets = set(itertools.chain.from_iterable(map(secrets_of, things)))

    assert {MATERIAL, first_password, rich.ids.admin_password} <= secrets
    texts = [it if isinstance(it, str) else repr(it)[2:-1] for it in secrets]
    shown = {type(thing) for thing in things for text in texts if text in repr(thing)}
    assert shown == set()

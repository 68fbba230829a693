"""What a test fixes: a key's id and material, and what a ciphertext recorded from AWS holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmsmock.domain.imported_material import fits, wanted
from kmsmock.domain.key_material import KeyMaterials
from kmsmock.domain.key_spec import ALGORITHMS
from kmsmock.errors import ServiceError
from kmsmock.kms.pinned_keys import ID_TAG, is_taken, pinned_material, problem_of_id
from kmsmock.levers.own_calls import OwnCalls, all_or_mistake

if TYPE_CHECKING:
    from kmsmock.domain.key import Key
    from kmsmock.domain.region import Region
    from kmsmock.world import World


@dataclass(frozen=True, slots=True)
class ReadyKey:
    """A KMS key that a lever made.

    Attributes:
        key_id: for `KeyId`.
        arn: the same, as ARN.
    """

    key_id: str
    arn: str


@dataclass(frozen=True, kw_only=True)
class KeyChoice:
    """What is chosen of a key; see `Handle.kms_key`."""

    key_id: str | None
    material: bytes | None
    spec: str
    usage: str | None
    aliases: Iterable[str]
    tags: Mapping[str, str]
    description: str
    multi_region: bool


class Pins:
    """Fixes things in one Region of the world's own account."""

    def __init__(self, world: World, region: str) -> None:
        self._world = world
        self._region = region
        self._call = OwnCalls(world, region)

    def make_key(self, choice: KeyChoice) -> ReadyKey:
        """Make a key by the calls that a user would make, and give it what is chosen of it."""
        if isinstance(choice.aliases, str):
            raise TypeError(f"aliases takes a list of names: [{choice.aliases!r}]")
        aliases = list(choice.aliases)
        for name in aliases:
            if not name.startswith("alias/"):
                raise ValueError(f'aliases are named "alias/{name}", not "{name}"')
        if choice.spec not in ALGORITHMS:
            raise ValueError(f"spec must be one of {', '.join(ALGORITHMS)}, not {choice.spec!r}")
        if choice.material is not None:
            _require_bytes("material", choice.material)
        with all_or_mistake(self._world):
            here = self._here()
            multi_region = choice.multi_region or (choice.key_id or "").startswith("mrk-")
            self._require_free(here, choice.key_id, multi_region=multi_region)
            if choice.material is not None and not fits(choice.spec, choice.material, here.cipher):
                raise ValueError(
                    f"material has {len(choice.material)} bytes that are no {choice.spec} key: "
                    f"give {wanted(choice.spec, here.cipher)}"
                )
            key = self._create(here, choice, multi_region=multi_region)
            try:
                for name in aliases:
                    self._call("kms", "CreateAlias", AliasName=name, TargetKeyId=key.key_id)
            except ServiceError:
                for name in key.aliases:
                    del here.aliases[name]
                del here.keys[key.key_id]
                raise
            return ReadyKey(key.key_id, key.arn)

    def _require_free(self, here: Region, key_id: str | None, *, multi_region: bool) -> None:
        if key_id is None:
            return
        problem = problem_of_id(key_id, multi_region=multi_region)
        if problem is None and is_taken(self._world, here, key_id):
            problem = f"{here.name} has a key {key_id}"
        if problem is not None:
            raise ValueError(problem)

    def _create(self, here: Region, choice: KeyChoice, *, multi_region: bool) -> Key:
        tags = {**choice.tags, **({ID_TAG: choice.key_id} if choice.key_id else {})}
        made = self._call(
            "kms",
            "CreateKey",
            KeySpec=choice.spec,
            KeyUsage=choice.usage or next(iter(ALGORITHMS[choice.spec])),
            Description=choice.description,
            MultiRegion=multi_region,
            Tags=[{"TagKey": name, "TagValue": value} for name, value in tags.items()],
        )
        key = here.keys[made["KeyMetadata"]["KeyId"]]
        if choice.key_id and ID_TAG not in choice.tags:
            del key.tags[ID_TAG]
        if choice.material is not None:
            key.materials = KeyMaterials()
            key.materials.make_current(
                pinned_material(key.key_id, key.spec, choice.material, here.cipher)
            )
        return key

    def register_ciphertext(
        self, ciphertext: bytes, plaintext: bytes, key_id: str, context: Mapping[str, str]
    ) -> None:
        """Let a blob from elsewhere stand for one of this key's own."""
        _require_bytes("ciphertext", ciphertext)
        _require_bytes("plaintext", plaintext)
        with all_or_mistake(self._world):
            here = self._here()
            key = _find_key(here, key_id)
            if not key.is_symmetric:
                raise ValueError(
                    f"{key.arn} is no symmetric key: what its public half encrypted decrypts "
                    "once its private key is given to kms_key(material=...)"
                )
            if key.origin == "EXTERNAL_KEY_STORE":
                raise ValueError(f"{key.arn} is in an external key store, which cannot be told")
            if key.custom_key_store is None and not key.materials.complete:
                raise ValueError(f"{key.arn} has no key material yet")
            random_bytes = self._world.randomness.bytes
            own = key.seal("encrypt", bytes(plaintext), dict(context), random_bytes)
            here.recorded_ciphertexts[bytes(ciphertext)] = own

    def _here(self) -> Region:
        self._world.advance_to(self._world.clock.now())
        return self._world.region(self._world.account_id, self._region)


def _require_bytes(what: str, value: object) -> None:
    if not isinstance(value, (bytes, bytearray, memoryview)):
        kind = "text" if isinstance(value, str) else type(value).__name__
        raise TypeError(f"{what} takes bytes, not {kind}")


def _find_key(here: Region, name: str) -> Key:
    """Give the key of an id, an ARN or an alias of the Region.

    Raises:
        LookupError: there is none.
    """
    resource = name.removeprefix(here.kms_arn("")).removeprefix("key/")
    alias = here.aliases.get(resource)
    key = here.keys.get(resource if alias is None else alias.key_id or "")
    if key is None:
        raise LookupError(f"{here.name} of account {here.account_id} has no key {name!r}")
    return key

"""Steps in the life of key material: imported, lost, rotated, replicated."""

from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from imports import pkcs8, wrap
from life import Lives, regions, rotates, when, where
from model_states import CURVE, SYMMETRIC
from model_time import DAY

SECRETS = "1234"
"""Imported materials, by number."""


def secret_bytes(spec, number):
    """Key material of a spec, by its number."""
    if spec == CURVE:
        return pkcs8(ec.derive_private_key(int(number) + 1, ec.SECP256R1()))
    return bytes([int(number)] * 32)


class StepsOfMaterial(Lives):
    """Material, and the keys that share it.

    Attributes:
        tokens: key, time, import token and public key of what GetParametersForImport gave.
    """

    def __init__(self):
        super().__init__()
        self.tokens = []

    @rule(place=where("GetParametersForImport", lambda key: key.external))
    def get_parameters(self, place):
        done = self.on_key(
            place,
            "get_parameters_for_import",
            self.model.get_parameters,
            WrappingAlgorithm="RSAES_OAEP_SHA_256",
            WrappingKeySpec="RSA_2048",
        )
        if done:
            key = self.model.keys[place]
            self.tokens.append((key, self.time.now, done[1]["ImportToken"], done[1]["PublicKey"]))

    @precondition(lambda self: self.tokens)
    @rule(
        place=where("ImportKeyMaterial", lambda key: key.external),
        token=st.runner().flatmap(lambda life: st.sampled_from([None] * 6 + life.tokens[-3:])),
        number=st.sampled_from(SECRETS),
        kind=st.sampled_from((None, "NEW", "NEW", "EXISTING")),
        days=st.sampled_from((None, None, 7, 30, 100)),
    )
    def import_material(self, *, place, token, number, kind, days):
        """Mostly with a token of the key's own, made now; else with any token."""
        if token is None:
            self.get_parameters(place)
            token = self.tokens[-1]
        key = self.model.keys.get(place)
        if key and key.shared.spec != SYMMETRIC:
            kind = None
        if key and key.shared.multi_region and key.shared.materials:
            # Whether material that waits for its rotation expires everywhere is not documented.
            days = days if number in {m.secret for m in key.shared.materials} else None
        self.bring(place, token, number, kind, days)

    @rule(place=where("RotateKeyOnDemand", lambda key: rotates(key) and key.external))
    def take_new_material(self, place):
        """Import material that the key never had, and rotate to it."""
        self.get_parameters(place)
        key = self.model.keys.get(place)
        had = {material.secret for material in key.shared.materials} if key else ()
        new = next((number for number in SECRETS if number not in had), None)
        if new and key and key.shared.spec == SYMMETRIC:
            self.bring(place, self.tokens[-1], new, "NEW", None)
            self.rotate_on_demand(place)

    def bring(self, place, token, number, kind, days):
        """Import material, for some days or for ever."""
        token_of, made, token, public_key = token
        key = self.model.keys.get(place)
        spec = key.shared.spec if key else SYMMETRIC
        members, expires = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}, None
        if days is not None:
            expires = self.time.now + days * DAY
            members = {"ValidTo": when(expires)}
        if kind:
            members["ImportType"] = f"{kind}_KEY_MATERIAL"
        done = self.on_key(
            place,
            "import_key_material",
            lambda key: self.model.import_material(
                key, (token_of, made), number, kind=kind, expires=expires
            ),
            ImportToken=token,
            EncryptedKeyMaterial=wrap(public_key, secret_bytes(spec, number)),
            **members,
        )
        if done and spec == SYMMETRIC:
            self.learn(key, done[0], done[1]["KeyMaterialId"])

    @rule(place=where("DeleteImportedKeyMaterial", lambda key: key.imported), data=st.data())
    def delete_material(self, place, data):
        key = self.model.keys.get(place)
        known = [None]
        if key and key.shared.spec == SYMMETRIC:
            mine = (*key.shared.materials, key.shared.waiting)
            known += [material for material in mine if material and material.material_id]
        material = data.draw(st.sampled_from(known))
        self.on_key(
            place,
            "delete_imported_key_material",
            lambda key: self.model.delete_material(key, material),
            **({"KeyMaterialId": material.material_id} if material else {}),
        )

    # Rotation

    @rule(place=where("EnableKeyRotation", rotates), days=st.sampled_from((90, 100, 365)))
    def enable_rotation(self, place, days):
        self.on_key(
            place,
            "enable_key_rotation",
            lambda key: self.model.enable_rotation(key, days),
            RotationPeriodInDays=days,
        )

    @rule(place=where("DisableKeyRotation", lambda key: key.shared.period))
    def disable_rotation(self, place):
        self.on_key(place, "disable_key_rotation", self.model.disable_rotation)

    @rule(place=where("RotateKeyOnDemand", rotates))
    def rotate_on_demand(self, place):
        self.on_key(place, "rotate_key_on_demand", self.model.rotate_on_demand)

    # Related keys

    @rule(place=where("ReplicateKey", lambda key: key.is_primary), to=regions)
    def replicate(self, place, to):
        done = self.on_key(
            place,
            "replicate_key",
            lambda key: self.model.replicate(key, to),
            ReplicaRegion=to,
        )
        if done:
            self.ever[to, place[1]] = None
            assert done[1]["ReplicaKeyMetadata"]["KeyState"] == "Creating"

    @precondition(lambda self: any(key.is_replica for key in self.model.keys.values()))
    @rule(
        place=where(
            "UpdatePrimaryRegion", lambda key: len(key.shared.members) > 1 and key.is_primary
        ),
        to=regions,
    )
    def update_primary(self, place, to):
        self.on_key(
            place,
            "update_primary_region",
            lambda key: self.model.update_primary(key, to),
            PrimaryRegion=to,
        )

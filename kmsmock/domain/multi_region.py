"""Multi-Region keys: a primary and its replicas, what they share and what not.

https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kmsmock.domain.key import Key
from kmsmock.domain.key_material import KeyMaterial, KeyMaterials

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from kmsmock.domain.region import Region


@dataclass(slots=True, eq=False)
class RelatedKeys:
    """A primary key and its replicas, at most one key in each Region.

    They have the same key id, spec, usage and origin, the same rotation, and the same key
    material: KMS's own is one for all, imported material is imported into each. All else is each
    key's own: policy, tags, aliases, grants, description, state and dates.

    Attributes:
        replicas: Region -> the replica there.
    """

    primary: Key
    replicas: dict[str, Key] = field(default_factory=dict)

    def in_region(self, region: str) -> Key | None:
        """Give the key in a Region, the primary or a replica, or None."""
        return self.primary if region == self.primary.region else self.replicas.get(region)

    def replicate(
        self, region: Region, created: datetime, description: str, policy: str, tags: dict[str, str]
    ) -> Key:
        """Give the primary a new replica in a Region that has none; it is Creating."""
        primary = self.primary
        imported = primary.origin == "EXTERNAL"
        replica = Key(
            key_id=primary.key_id,
            arn=region.kms_arn(f"key/{primary.key_id}"),
            account_id=primary.account_id,
            region=region.name,
            created=created,
            spec=primary.spec,
            usage=primary.usage,
            origin=primary.origin,
            description=description,
            policy=policy,
            tags=tags,
            changing="Creating",
            materials=to_be_imported(primary.materials) if imported else primary.materials,
            rotation=primary.rotation,
            related=self,
        )
        self.replicas[region.name] = region.keys[replica.key_id] = replica
        return replica

    def make_primary(self, replica: Key) -> None:
        """Let a replica and the primary change places; both are Updating.

        In AWS both may look like replicas meanwhile; here they change places at once.
        """
        former = self.primary
        del self.replicas[replica.region]
        self.replicas[former.region] = former
        self.primary = replica
        former.changing = replica.changing = "Updating"

    def forget(self, replica: Key) -> None:
        """Take out a replica that was deleted; its Region may get another."""
        self.replicas.pop(replica.region, None)

    def expect_import(self, material_id: str) -> None:
        """Let the replicas take in material that was imported into the primary as new."""
        for materials in self._materials_of_replicas():
            copy_place(self.primary.materials, material_id, materials)

    def forget_pending(self, material_id: str) -> None:
        """Delete material that waits for its rotation in the replicas, as it was in the primary."""
        for materials in self._materials_of_replicas():
            if materials.pending_id == material_id:
                materials.delete(material_id)

    def everywhere(self, material_id: str) -> bool:
        """Tell whether material is there in every one of the keys."""
        return all(
            key.materials.by_id[material_id].secret is not None
            for key in (self.primary, *self.replicas.values())
        )

    def follow_rotation(self, material_id: str, now: datetime) -> None:
        """Let the replicas' imported material rotate on demand as the primary's did."""
        for materials in self._materials_of_replicas():
            materials.rotate_to(materials.by_id[material_id], now, "ON_DEMAND")

    def _materials_of_replicas(self) -> Iterator[KeyMaterials]:
        """Give the replicas' own materials; none where KMS's own is shared."""
        if self.primary.origin == "EXTERNAL":
            for replica in self.replicas.values():
                yield replica.materials


def to_be_imported(materials: KeyMaterials) -> KeyMaterials:
    """Give the places of a primary's imported materials, for a replica's imports to fill."""
    places = KeyMaterials(awaits_first_import=True)
    for material_id in materials.by_id:
        copy_place(materials, material_id, places)
    return places


def copy_place(source: KeyMaterials, material_id: str, places: KeyMaterials) -> None:
    """Give a replica the place of one of its primary's imported materials, without the material."""
    material = source.by_id[material_id]
    places.by_id[material_id] = KeyMaterial(
        material_id,
        secret=None,
        cipher=material.cipher,
        rotated=material.rotated,
        rotation=material.rotation,
    )
    if material_id == source.current_id:
        places.current_id = material_id
    if material_id == source.pending_id:
        places.pending_id = material_id

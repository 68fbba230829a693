"""Looks at a world, and gives what is shown of it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from kmsmock.display.view import (
    ClusterView,
    HsmView,
    KeyStoreView,
    KeyView,
    RegionView,
    UserView,
    WorldView,
    ZoneView,
    shown,
)
from kmsmock.domain.cloudhsm_key_store import KMS_USER, OWNED_BY_KMS, CloudHsmKeyStore
from kmsmock.domain.external_key_store import ExternalKeyStore

if TYPE_CHECKING:
    from kmsmock.domain.cluster import Cluster
    from kmsmock.domain.crypto_user import CryptoUser
    from kmsmock.domain.custom_key_store import CustomKeyStore
    from kmsmock.domain.key import Key
    from kmsmock.domain.region import Region
    from kmsmock.world import World

KEYS = 30
"""How many keys of a Region are shown."""
ALIASES = 3
"""How many aliases of a key are shown."""
USERS = 6
"""How many users of a cluster are shown."""
LONGEST_TEXT = 200
"""Characters of a description; KMS takes 8192."""
LOGGED_IN = {OWNED_BY_KMS: "AWS KMS", "owner": "the cluster's owner"}
"""As whom somebody logs in as a user -> who that is."""
GONE = ("DELETED", "PENDING_DELETION")
"""States of backups that do not count."""


HINT = "On until stop() of this handle, or of its mock, is called."
OFF = "Off: this is what was there when the mock was stopped."


def look(
    world: World, region_name: str, *, can_stop: bool = False, is_on: bool = True
) -> WorldView:
    """Look at a world as a call that describes it would: what has fallen due is done before.

    Args:
        world: the world.
        region_name: the Region that comes first.
        can_stop: whether the mock is on until somebody stops it.
        is_on: whether it is on.
    """
    with world.lock:
        now = world.clock.now()
        world.advance_to(now)
        present = [
            region for account in world.accounts.values() for region in account.regions.values()
        ]
        own = world.account_id
        present.sort(key=lambda region: _place(region, own, region_name))
        views = [_region(region) for region in present]
    told = tuple(view for view in views if not view.is_empty)
    hint = (HINT if can_stop else "") if is_on else OFF
    return WorldView(now, own, region_name, told, hint)


def _place(region: Region, own_account: str, own_region: str) -> tuple[bool, str, bool, str]:
    """Sort by account and Region, one's own first."""
    return (
        region.account_id != own_account,
        region.account_id,
        region.name != own_region,
        region.name,
    )


def _region(region: Region) -> RegionView:
    keys = islice(region.keys.newest(), KEYS)
    return RegionView(
        account_id=region.account_id,
        name=region.name,
        clusters=tuple(_cluster(cluster) for cluster in region.clusters),
        key_stores=tuple(_key_store(store) for store in region.key_stores),
        keys=tuple(_key(key) for key in keys),
        key_count=len(region.keys),
        backup_count=sum(backup.state not in GONE for backup in region.backups),
    )


def _cluster(cluster: Cluster) -> ClusterView:
    users = [user for user in cluster.users.values() if not user.role.startswith("internal")]
    users.sort(key=lambda user: user.name != KMS_USER)
    zones = (
        ZoneView(
            zone,
            tuple(
                HsmView(hsm.hsm_id, hsm.state)
                for hsm in cluster.hsms.values()
                if hsm.availability_zone == zone
            ),
        )
        for zone in sorted(cluster.subnets_by_zone)
    )
    return ClusterView(
        cluster_id=cluster.cluster_id,
        state=cluster.state,
        kind=f"{cluster.hsm_type}, {cluster.mode}",
        zones=() if cluster.state == "DELETED" else tuple(zones),
        users=tuple(_user(user, cluster) for user in users[:USERS]),
        user_count=len(users),
        key_count=len(cluster.keys),
        reachable=cluster.kms_reaches_it,
    )


def _user(user: CryptoUser, cluster: Cluster) -> UserView:
    by = user.logged_in_by
    return UserView(
        name=shown(user.name),
        role=user.role,
        locked=user.locked,
        logged_in=None if by is None else LOGGED_IN.get(by, shown(by)),
        lacking=len(user.missing_from.intersection(cluster.hsms)),
    )


def _key_store(store: CustomKeyStore) -> KeyStoreView:
    cluster_id, stands_on, cut = None, "", False
    if isinstance(store, CloudHsmKeyStore):
        cluster_id = store.cluster_id
        cut = store.cluster is not None and not store.cluster.kms_reaches_it
        stands_on = cluster_id if cluster_id in store.clusters else f"{cluster_id} (gone)"
    elif isinstance(store, ExternalKeyStore):
        stands_on = shown(store.configuration.uri)
    return KeyStoreView(
        store_id=store.store_id,
        name=shown(store.name),
        store_type=store.store_type,
        state=store.state,
        error_code=store.error_code,
        stands_on=stands_on,
        cluster_id=cluster_id,
        cut=cut,
        key_count=len(store.key_ids),
    )


def _key(key: Key) -> KeyView:
    store = key.custom_key_store
    return KeyView(
        key_id=shown(key.key_id),
        arn=shown(key.arn),
        state=key.state,
        origin=key.origin,
        spec=key.spec,
        usage=key.usage,
        managed_by_aws=key.manager == "AWS",
        description=shown(key.description[:LONGEST_TEXT]),
        aliases=tuple(shown(name) for name in sorted(key.aliases)[:ALIASES]),
        alias_count=len(key.aliases),
        store_id=None if store is None else store.store_id,
        relation=_relation(key),
        deletion_date=key.deletion_date,
    )


def _relation(key: Key) -> str:
    related = key.related
    if related is None:
        return ""
    if key.is_replica:
        return f"replica of {related.primary.region}"
    if not related.replicas:
        return "multi-Region primary"
    return f"multi-Region primary, replicas in {', '.join(sorted(related.replicas))}"

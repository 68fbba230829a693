"""`Scene`: where the story plays, and what is there so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from kmsmock.cloudhsm_cli import CloudHsmCli
    from kmsmock.handle import Handle
    from kmsmock.tour.narrator import Narrator

REGION = "us-east-1"
ALICE = "Alice, administrator of the account"
ALICE_CLI = "Alice, with the CloudHSM CLI"
KMS = "AWS KMS, by itself"

ADMIN_PASSWORD, FIRST_PASSWORD, NEW_PASSWORD = "tourAdmin1", "tourUser2", "tourUser3"
"""Of the cluster's admin, and of kmsuser before and after; the tour prints none of them."""


class Scene:
    """Where the story plays.

    Attributes:
        cluster_id: of the cluster; empty before it is made, as the other ids.
        hsm_names: HSM id -> what the story calls it.
        store_id: of the key store.
        key_id: of the key in it.
    """

    def __init__(self, aws: Handle, narrator: Narrator) -> None:
        self.aws = aws
        self.tell = narrator
        self.cloudhsm = boto3.client("cloudhsmv2")
        self.kms = boto3.client("kms")
        self.cluster_id = ""
        self.hsm_names: dict[str, str] = {}
        self.store_id = ""
        self.key_id = ""

    def look(self, text: str) -> None:
        """Show the whole world, as a person sees it."""
        self.tell.step(ALICE, text)
        self.tell.print(str(self.aws))

    def log_in_as_admin(self) -> CloudHsmCli:
        """Give a session of the CloudHSM CLI in which the cluster's administrator is logged in."""
        cli = self.aws.cloudhsm_cli(self.cluster_id)
        self.tell.command(cli, "login", username="admin", role="admin", password=ADMIN_PASSWORD)
        return cli

    def observe(self) -> None:
        """Look at every resource by the calls that describe it, and tell what changed."""
        tell = self.tell
        for cluster in self.cloudhsm.describe_clusters()["Clusters"]:
            tell.state("cluster", cluster["State"])
            present = {hsm["HsmId"]: hsm["State"] for hsm in cluster["Hsms"]}
            for hsm_id, resource in self.hsm_names.items():
                tell.state(resource, present.get(hsm_id, "DELETED"))
        stores = self.kms.describe_custom_key_stores()["CustomKeyStores"]
        if self.store_id:
            state = stores[0]["ConnectionState"] if stores else "(deleted)"
            tell.state("key store", state)
        if self.key_id:
            tell.state("key", self._key_state())
        tell.changes()

    def _key_state(self) -> str:
        try:
            return self.kms.describe_key(KeyId=self.key_id)["KeyMetadata"]["KeyState"]
        except ClientError as error:
            assert error.response["Error"]["Code"] == "NotFoundException"  # noqa: PT017
            return "(deleted)"

"""What `with mock_kms_cloudhsm() as aws` gives: the test's levers on the world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmsmock import activation

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping

    import boto3
    from botocore.config import Config
    from typing_extensions import Unpack

    from kmsmock.authorization.evaluation import Decision
    from kmsmock.cloudhsm_cli import CloudHsmCli
    from kmsmock.controls.clock import Clock
    from kmsmock.display.view import WorldView
    from kmsmock.levers.callers import CallerArguments
    from kmsmock.levers.events import Events
    from kmsmock.levers.faults import FaultLevers
    from kmsmock.levers.infrastructure import HsmLevers, NetworkLevers
    from kmsmock.levers.pins import ReadyKey
    from kmsmock.levers.proxies import ProxyLevers
    from kmsmock.levers.quotas import QuotaLevers
    from kmsmock.levers.ready import Builder, ReadyCluster, ReadyExternalKeyStore, ReadyKeyStore
    from kmsmock.snapshots import Snapshot
    from kmsmock.world import World


class Handle:
    """The levers on a world, as long as the mock is on; then a RuntimeError says that it is off.

    Attributes:
        region: the Region of clients that are made without one.

    Example:
        >>> import boto3
        >>> from kmsmock import mock_kms_cloudhsm
        >>> with mock_kms_cloudhsm() as aws:
        ...     store = aws.key_store("ExampleKeyStore")
        ...     key = boto3.client("kms").create_key(
        ...         Origin="AWS_CLOUDHSM", CustomKeyStoreId=store.custom_key_store_id
        ...     )
        ...     aws.events[-1]["eventName"]
        'CreateKey'
    """

    def __init__(self, world: World, region: str, stop: Callable[[], None] | None = None) -> None:
        self._any_world = world
        self.region = region
        self._stop = stop

    @property
    def _world(self) -> World:
        """The world, for levers: who looks at it may do so when the mock is off, too.

        Raises:
            RuntimeError: the mock is off.
        """
        if not self._is_on:
            raise RuntimeError(
                "this mock is off: its levers change nothing any more. What was there is still "
                "shown by print() and `events`"
            )
        return self._any_world

    @property
    def _is_on(self) -> bool:
        return activation.is_current(self._any_world)

    def stop(self) -> None:
        """Switch off the mock whose `start()` gave this handle.

        Raises:
            RuntimeError: it is not on, or is one that ends with its block or function.
        """
        if self._stop is None:
            raise RuntimeError(
                "this mock ends with its `with` block or its function: stop() is for start()"
            )
        self._stop()

    def __repr__(self) -> str:
        off = "" if self._is_on else "off; "
        return f"<kmsmock: account {self.account_id}, {self.region}; {off}print() it to see all>"

    def __str__(self) -> str:
        from kmsmock.display.text import as_text

        return as_text(self._look())

    def _repr_html_(self) -> str:
        """Give what a notebook shows of the handle."""
        from kmsmock.display.page import as_html

        return as_html(self._look())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Let IPython in a terminal show the text."""
        printer.text(repr(self) if cycle else str(self))

    def _look(self) -> WorldView:
        from kmsmock.display.look import look

        can_stop = self._stop is not None
        return look(self._any_world, self.region, can_stop=can_stop, is_on=self._is_on)

    @property
    def account_id(self) -> str:
        """The account of callers whose access key names no other: 12 digits."""
        return self._any_world.account_id

    @property
    def clock(self) -> Clock:
        """The world's time."""
        return self._world.clock

    @property
    def faults(self) -> FaultLevers:
        """What is to go wrong: errors of the services, lost connections, slow answers."""
        from kmsmock.levers.faults import FaultLevers

        return FaultLevers(self._world)

    @property
    def quotas(self) -> QuotaLevers:
        """Quotas of requests and of CloudHSM's resources; none of them is enforced at first."""
        from kmsmock.levers.quotas import QuotaLevers

        return QuotaLevers(self._world)

    @property
    def events(self) -> Events:
        """Every call so far, and what AWS did without one, as CloudTrail would record it.

        https://docs.aws.amazon.com/kms/latest/developerguide/logging-using-cloudtrail.html
        """
        from kmsmock.levers.events import Events
        from kmsmock.trail.event import show

        world = self._any_world
        with world.lock:
            # What has fallen due by now has happened, also if no call has come since.
            world.advance_to(world.clock.now())
            return Events(tuple(world.record.happenings), show)

    def snapshot(self) -> Snapshot:
        """Keep the world as it is now, for `rollback`.

        It costs about as much as a call, however many keys there are, and so does the way back;
        keys are copied when a call comes to them.

        Example:
            >>> import boto3
            >>> from kmsmock import mock_kms_cloudhsm
            >>> with mock_kms_cloudhsm() as aws:
            ...     kms = boto3.client("kms")
            ...     empty = aws.snapshot()
            ...     key = kms.create_key()
            ...     aws.rollback(empty)
            ...     kms.list_keys()["Keys"]
            []
        """
        return self._world.take_snapshot()

    def rollback(self, snapshot: Snapshot) -> None:
        """Let the world be as it was when a snapshot was taken: all of it, the clock included.

        As often as needed, to whichever snapshot of this world. Clients, `aws.clock` and whatever
        else came from the handle stay usable.

        Clients of callers that were declared since are answered UnrecognizedClientException.

        Raises:
            TypeError: it is no snapshot.
            ValueError: it is one of another world.
        """
        if snapshot is None:
            raise TypeError("rollback() takes what snapshot() gave, not None; see reset()")
        self._world.roll_back(snapshot)

    def reset(self) -> None:
        """Let the world be as empty as it was when the mock began.

        Clients of callers that were declared are answered UnrecognizedClientException.
        """
        self._world.roll_back()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the world into a file for `mock_kms_cloudhsm(load=path)`: readable JSON.

        With everything that clients can see: keys with their material, key stores, clusters,
        backups, callers, the clock, and what falls due. Without events, planned faults and the
        settings of the mock; sessions of the CloudHSM CLI end.

        Raises:
            OSError: the file cannot be written.
        """
        from kmsmock.saved_worlds.file import save

        save(self._world, path)

    def session(
        self, *, region: str | None = None, **caller: Unpack[CallerArguments]
    ) -> boto3.Session:
        """Make a boto3 session whose calls come from a caller of the test's choice.

        Without a principal that is the administrator of the account, to whom everything in it is
        allowed. A principal that is named is held to key policies, IAM policies and grants, as
        https://docs.aws.amazon.com/kms/latest/developerguide/control-access.html says. It is there
        from the first time that it is named. A role acts in a session of its own: denials show
        `arn:aws:sts::<account>:assumed-role/<role>/kmsmock`.

        Args:
            region: of the session's clients; by default the handle's.
            principal: the ARN of a user, a role, a role's session, a federated user or an
                account's root user, or the name of an AWS service, `logs.amazonaws.com`.
            account_id: the account, where no principal's ARN tells it.
            policies: the identity policies of the user or role, as JSON or dictionaries, in place
                of those that it has; without them it keeps those.
            permissions_boundary: the same of its permissions boundary.
            session_policies: what the session is limited to.
            service_control_policies: those of the account's organization.
            vpc_endpoint_policy: of the VPC endpoint that the calls take.
            via_service: the AWS service that calls for the principal, `s3.us-east-1.amazonaws.com`.
            context: values of condition keys that no call shows: `aws:SourceArn`, `aws:SourceIp`,
                `aws:PrincipalTag/team`.

        Raises:
            TypeError: a single policy where a list of them belongs.
            ValueError: an argument is not what it should be, or two contradict each other.
        """
        import boto3

        from kmsmock.interception.botocore import SECRET_KEY
        from kmsmock.levers.callers import CallerOptions, new_access_key
        from kmsmock.levers.known_regions import require_region

        where = require_region(self.region if region is None else region)
        return boto3.Session(
            aws_access_key_id=new_access_key(self._world, CallerOptions(**caller)),
            aws_secret_access_key=SECRET_KEY,
            region_name=where,
        )

    def client(
        self,
        service_name: str,
        *,
        region: str | None = None,
        config: Config | None = None,
        **caller: Unpack[CallerArguments],
    ) -> Any:
        """Make a boto3 client of a caller: short for `session(...).client(...)`.

        Args:
            service_name: `kms` or `cloudhsmv2`, or another one that botocore knows.
            region: of the client; by default the handle's.
            config: botocore's, for the client.
            **caller: as `session` takes it.

        Raises:
            TypeError: as `session`.
            ValueError: as `session`.

        Example:
            >>> from botocore.exceptions import ClientError
            >>> from kmsmock import mock_kms_cloudhsm
            >>> with mock_kms_cloudhsm() as aws:
            ...     key_id = aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
            ...     app = aws.client("kms", principal="arn:aws:iam::123456789012:role/App")
            ...     try:
            ...         app.encrypt(KeyId=key_id, Plaintext=b"secret")
            ...     except ClientError as error:
            ...         error.response["Error"]["Code"]
            'AccessDeniedException'
        """
        session: Any = self.session(region=region, **caller)
        return session.client(service_name, config=config)

    def register_credentials(self, access_key_id: str, **caller: Unpack[CallerArguments]) -> None:
        """Let calls that are signed with an access key come from a caller, as `session` takes it.

        For credentials that code under test gets by its own means.

        Args:
            access_key_id: of those credentials; the secret key may be any.
            **caller: as `session` takes it.

        Raises:
            TypeError: as `session`.
            ValueError: as `session`.
        """
        from kmsmock.levers.callers import CallerOptions, register

        register(self._world, access_key_id, CallerOptions(**caller))

    def delete_principal(self, arn: str) -> None:
        """Delete a user or a role; its credentials are of no use any more.

        Key policies and grants show its unique id from now on, `AROA...` or `AIDA...`, and another
        one of the same ARN inherits nothing.

        Args:
            arn: of the user or role, whether it has been named before or not.

        Raises:
            ValueError: it is the ARN of neither a user nor a role.
        """
        from kmsmock.levers.callers import delete

        delete(self._world, arn)

    def grants_need_tokens(self, *, minutes: float = 5) -> None:
        """Let a new grant permit nothing for some minutes, except to who brings its grant token.

        Grants are effective at once otherwise. Zero minutes makes them so again.
        """
        from datetime import timedelta

        self._world.grant_delay = timedelta(minutes=minutes)

    def explain(
        self,
        action: str,
        resource: str,
        *,
        request: Mapping[str, object] | None = None,
        region: str | None = None,
        **caller: Unpack[CallerArguments],
    ) -> Decision:
        """Tell whether a caller may do something, and which statement or grant decides.

        Args:
            action: the permission, `kms:Decrypt`.
            resource: a key's id, ARN, alias or alias ARN; or what IAM policies name, `*` or an ARN.
            request: members of the request that count, `{"EncryptionContext": {...}}`.
            region: of the call; by default the handle's.
            **caller: as `session` takes it.

        Raises:
            LookupError: there is no such key.
            ValueError: as `session`; or no operation takes such a permission.

        Example:
            >>> from kmsmock import mock_kms_cloudhsm
            >>> with mock_kms_cloudhsm() as aws:
            ...     key = aws.kms_key(aliases=["alias/app"])
            ...     aws.explain(
            ...         "kms:Decrypt", "alias/app", principal="arn:aws:iam::123456789012:role/App"
            ...     ).allowed
            False
        """
        from kmsmock.authorization.caller import caller_with
        from kmsmock.authorization.explanation import explain
        from kmsmock.authorization.permissions import Permission
        from kmsmock.levers.callers import CallerOptions, declare
        from kmsmock.levers.known_names import permissions, require_known
        from kmsmock.levers.known_regions import require_region

        require_known("permission", action, permissions())
        with self._world.lock:
            # Who is only asked about signs nothing.
            who = caller_with(declare(self._world, CallerOptions(**caller)), access_key="")
            where = require_region(self.region if region is None else region)
            wanted = Permission(action, resource)
            return explain(self._world, where, who, wanted, request or {})

    def cluster(self, *, hsms: int = 2, hsm_type: str = "hsm2m.medium") -> ReadyCluster:
        """Make an ACTIVE cluster in the handle's Region, of the mode FIPS.

        Args:
            hsms: how many HSMs it has, one or more, each in the next Availability Zone.
            hsm_type: `hsm2m.medium` or `hsm1.medium`.

        Raises:
            ValueError: `hsms` is less than one, or AWS would refuse it, for a type that it does not
                have for example; nothing is made.
        """
        return self._builder().cluster(hsms, hsm_type)

    def key_store(
        self, name: str, *, hsms: int = 2, hsm_type: str = "hsm2m.medium"
    ) -> ReadyKeyStore:
        """Make a CONNECTED custom key store on a cluster of its own.

        Args:
            name: its CustomKeyStoreName.
            hsms: of the cluster, two or more.
            hsm_type: of the cluster, as `cluster` takes it.

        Raises:
            ValueError: `hsms` is less than two, or AWS would refuse it, for its name for example;
                nothing is made.
        """
        return self._builder().key_store(name, hsms, hsm_type)

    def external_key_store(self, name: str) -> ReadyExternalKeyStore:
        """Make a CONNECTED external key store on a proxy of its own, which has no keys yet.

        `store.proxy.add_key("key-1")` makes one for an XksKeyId.

        Args:
            name: its CustomKeyStoreName.

        Raises:
            ValueError: AWS would refuse it, for its name for example; nothing is made.
        """
        return self._builder().external_key_store(name)

    def external_key_store_proxy(self) -> ProxyLevers:
        """Make a proxy alone, to create an external key store on by hand."""
        return self._builder().proxy()

    def kms_key(  # noqa: PLR0913 - what can be chosen of a key
        self,
        *,
        key_id: str | None = None,
        material: bytes | None = None,
        spec: str = "SYMMETRIC_DEFAULT",
        usage: str | None = None,
        aliases: Iterable[str] = (),
        tags: Mapping[str, str] | None = None,
        description: str = "",
        multi_region: bool = False,
    ) -> ReadyKey:
        """Make a KMS key of which the test chooses whatever it must know beforehand.

        With id and material chosen, what one run encrypts the next one decrypts.

        Args:
            key_id: a UUID; or `mrk-` and 32 hex digits, for a multi-Region key.
            material: the bytes of a symmetric or HMAC key, or a private key as PKCS#8 DER.
            spec: its KeySpec.
            usage: its KeyUsage; by default the first that the spec has: to encrypt with RSA, to
                sign with curves.
            aliases: names that stand for it, `alias/...`.
            tags: TagKey -> TagValue.
            description: its Description.
            multi_region: whether it is a multi-Region primary key, as an id with `mrk-` says too.

        Raises:
            TypeError: `aliases` is one name instead of a list, or the material is no bytes.
            ValueError: the id is malformed or taken, the material does not fit the spec, or AWS
                would refuse it, for an alias that is there for example; nothing is made.

        Example:
            >>> from kmsmock import mock_kms_cloudhsm
            >>> with mock_kms_cloudhsm() as aws:
            ...     aws.kms_key(key_id="11111111-2222-3333-4444-555555555555").arn
            'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555'
        """
        from kmsmock.levers.pins import KeyChoice, Pins

        choice = KeyChoice(
            key_id=key_id,
            material=material,
            spec=spec,
            usage=usage,
            aliases=aliases,
            tags=tags or {},
            description=description,
            multi_region=multi_region,
        )
        return Pins(self._world, self.region).make_key(choice)

    def register_ciphertext(
        self,
        ciphertext: bytes,
        *,
        plaintext: bytes,
        key_id: str,
        encryption_context: Mapping[str, str] | None = None,
    ) -> None:
        """Let a ciphertext from elsewhere, recorded from real KMS for example, decrypt here.

        From then on it is one of the key's own: Decrypt and ReEncrypt ask for the same encryption
        context, and for a key whose state allows it.

        Args:
            ciphertext: the CiphertextBlob, whatever it is.
            plaintext: what it decrypts to.
            key_id: a symmetric key of the handle's Region: its id, ARN or alias.
            encryption_context: the pairs that it was encrypted with.

        Raises:
            LookupError: there is no such key.
            TypeError: ciphertext or plaintext is no bytes.
            ValueError: the key is asymmetric, has no material yet, is an external key, or its key
                store cannot use its material at present.
        """
        from kmsmock.levers.pins import Pins

        pins = Pins(self._world, self.region)
        pins.register_ciphertext(ciphertext, plaintext, key_id, encryption_context or {})

    def cloudhsm_cli(self, cluster_id: str, *, key_availability_check: bool = True) -> CloudHsmCli:
        """Start the CloudHSM CLI on a cluster of the handle's Region.

        Args:
            cluster_id: what DescribeClusters shows, `cluster-...`.
            key_availability_check: keys must be on two HSMs to be made and used; False is
                `configure-cli --disable-key-availability-check`.

        Raises:
            LookupError: there is no such cluster.
        """
        from kmsmock.cloudhsm_cli import CloudHsmCli

        cluster = self._builder().find_cluster(cluster_id)
        return CloudHsmCli(cluster, self._world, key_availability_check=key_availability_check)

    @property
    def network(self) -> NetworkLevers:
        """The VPC that clusters of the handle's Region stand in, for a test to break."""
        from kmsmock.levers.infrastructure import NetworkLevers

        return NetworkLevers(self._world, self.region)

    def hsm(self, hsm_id: str) -> HsmLevers:
        """Take an HSM of the handle's Region in hand, to break it.

        Args:
            hsm_id: what DescribeClusters shows, `hsm-...`.

        Raises:
            LookupError: there is no such HSM.
        """
        from kmsmock.levers.infrastructure import HsmLevers

        return HsmLevers(self._world, self.region, hsm_id)

    def promote_backup_share(self, backup_id: str) -> None:
        """Promote what a backup's resource policy shares, as AWS RAM does.

        RAM's PromoteResourceShareCreatedFromPolicy: only then DescribeBackups(Shared=True) of the
        accounts that it is shared with shows the backup.

        Args:
            backup_id: what DescribeBackups shows, `backup-...`.

        Raises:
            LookupError: the handle's Region has no such backup.
            ValueError: the backup has no resource policy.
        """
        from kmsmock.levers.infrastructure import promote_share

        promote_share(self._world, self.region, backup_id)

    def _builder(self) -> Builder:
        from kmsmock.levers.ready import Builder

        return Builder(self._world, self.region)

"""Who calls, and what they may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmsmock.handle.on_world import OnWorld

if TYPE_CHECKING:
    from collections.abc import Mapping

    import boto3
    from botocore.config import Config
    from typing_extensions import Unpack

    from kmsmock.authorization.evaluation import Decision
    from kmsmock.levers.callers import CallerArguments


class CallerLevers(OnWorld):
    """Levers on callers and their permissions."""

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
            **caller: as `session` takes it; policies that are given hold for the question alone.

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
        from kmsmock.levers.callers import CallerOptions, supposed
        from kmsmock.levers.known_names import permissions, require_known
        from kmsmock.levers.known_regions import require_region

        require_known("permission", action, permissions())
        with self._world.lock, supposed(self._world, CallerOptions(**caller)) as credentials:
            # Who is only asked about signs nothing.
            who = caller_with(credentials, access_key="")
            where = require_region(self.region if region is None else region)
            wanted = Permission(action, resource)
            return explain(self._world, where, who, wanted, request or {})

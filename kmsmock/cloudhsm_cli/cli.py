"""`CloudHsmCli`: one session of the CloudHSM CLI on a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kmsmock.cloudhsm_cli import hsms, keys, users
from kmsmock.cloudhsm_cli.command_line import read_line
from kmsmock.cloudhsm_cli.session import Refused, Session

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from kmsmock.domain.cluster import Cluster
    from kmsmock.world import World

Result = dict[str, Any]
"""What the CLI prints: `{"error_code": 0, "data": ...}`, or 1 and a text that says why not."""


class CloudHsmCli:
    """A running CloudHSM CLI, connected to a cluster; each object is a session of its own.

    Every command has a method, and `run` takes a line as AWS's guide prints it. All of them give
    the JSON that the tool prints, as a dictionary; a refusal has `error_code` 1 and raises
    nothing.

    Source: https://docs.aws.amazon.com/cloudhsm/latest/userguide/cloudhsm_cli-reference.html
    """

    def __init__(
        self, cluster: Cluster, world: World, *, key_availability_check: bool = True
    ) -> None:
        self._session = Session(cluster, world, key_availability_check=key_availability_check)

    def run(self, line: str) -> Result:
        """Run a command such as `user create --username kmsuser --role crypto-user ...`.

        Args:
            line: the command; a leading `cloudhsm-cli` or `aws-cloudhsm >` does no harm.

        Raises:
            ValueError: kmsmock does not know the command or an option, or one is missing.
        """
        method, arguments = read_line(line)
        result: Result = getattr(self, method)(**arguments)
        return result

    def activate(self, password: str) -> Result:
        """`cluster activate`: set the administrator's password, 7 to 32 characters."""
        return self._do(lambda now: users.activate(self._session, now, password))

    def hsm_info(self) -> Result:
        """`cluster hsm-info`: make, serial number and firmware of every HSM that answers."""
        return self._do(lambda _now: hsms.list_hsms(self._session))

    def login(self, username: str, password: str, role: str) -> Result:
        """`login`: as a user of role `admin` or `crypto-user`."""
        return self._do(lambda _now: users.log_in(self._session, username, password, role))

    def logout(self) -> Result:
        """`logout`."""
        return self._do(lambda _now: users.log_out(self._session))

    def user_list(self) -> Result:
        """`user list`: nobody need be logged in."""
        return self._do(lambda _now: users.list_users(self._session))

    def user_create(self, username: str, password: str, role: str) -> Result:
        """`user create`: an administrator makes a user of role `admin` or `crypto-user`."""
        return self._do(lambda _now: users.create_user(self._session, username, password, role))

    def user_delete(self, username: str, role: str) -> Result:
        """`user delete`: an administrator deletes a user."""
        return self._do(lambda _now: users.delete_user(self._session, username, role))

    def user_change_password(self, username: str, password: str, role: str) -> Result:
        """`user change-password`: one's own, or as an administrator anybody's."""
        return self._do(lambda _now: users.change_password(self._session, username, password, role))

    def user_change_mfa_token_sign(self, username: str, role: str, public_key: str) -> Result:
        """`user change-mfa token-sign`: set a second factor, one's own or as an administrator.

        The user cannot log in by password alone from then on, and kmsmock's CLI signs no tokens.

        Args:
            public_key: the public key that tokens are verified with, PEM. AWS's tool asks for its
                file and for signed tokens.
        """
        return self._do(
            lambda _now: users.set_second_factor(self._session, username, role, public_key)
        )

    def key_list(
        self,
        filter: str | Sequence[str] = (),  # noqa: A002 - the option's name
        verbose: bool = False,
    ) -> Result:
        """`key list`: the crypto user's own keys and those shared with it.

        Args:
            filter: `attr.label=...`, `key-reference=...`, or several of them, all of which a key
                must fit.
            verbose: all attributes, not only the label.
        """
        return self._do(
            lambda _now: keys.list_keys(self._session, _several(filter), verbose=verbose)
        )

    def key_generate_symmetric_aes(
        self,
        label: str,
        key_length_bytes: int = 32,
        attributes: Sequence[str] | Mapping[str, bool | str] = (),
    ) -> Result:
        """`key generate-symmetric aes`: a persistent key of the crypto user.

        Args:
            label: the key's label.
            key_length_bytes: 16, 24 or 32.
            attributes: `["extractable=false"]` or `{"extractable": False}`; also `id`, in hex.

        Raises:
            ValueError: an attribute is not written as name=value.
        """
        named = _named_values(attributes)
        return self._do(
            lambda _now: keys.generate_aes(self._session, label, key_length_bytes, named)
        )

    def key_delete(self, filter: str | Sequence[str]) -> Result:  # noqa: A002 - as above
        """`key delete`: the one key of the crypto user that fits the filter."""
        return self._do(lambda _now: keys.delete_key(self._session, _several(filter)))

    def key_set_attribute(
        self,
        filter: str | Sequence[str],  # noqa: A002 - as above
        name: str,
        value: bool | str,
    ) -> Result:
        """`key set-attribute`: one attribute of the one own key that fits the filter.

        Args:
            name: `label`, `id`, or one of the yes-or-no attributes.
            value: true or false, a label, or an id in hex.
        """
        text = value if isinstance(value, str) else str(value).lower()
        return self._do(
            lambda _now: keys.set_attribute(self._session, _several(filter), name, text)
        )

    def key_share(
        self,
        filter: str | Sequence[str],  # noqa: A002 - as above
        username: str,
        role: str,
    ) -> Result:
        """`key share`: let another crypto user use the one own key that fits the filter."""
        return self._do(
            lambda _now: keys.share_key(self._session, _several(filter), username, role)
        )

    def key_unshare(
        self,
        filter: str | Sequence[str],  # noqa: A002 - as above
        username: str,
        role: str,
    ) -> Result:
        """`key unshare`: take that back."""
        return self._do(
            lambda _now: keys.unshare_key(self._session, _several(filter), username, role)
        )

    def _do(self, command: Callable[[datetime], object]) -> Result:
        """Do a command as a call is done: one at a time, after all that has fallen due."""
        world = self._session.world
        with world.lock:
            now = world.clock.now()
            world.advance_to(now)
            try:
                self._session.require_hsms()
                self._session.forget_lost_user()
                return {"error_code": 0, "data": command(now)}
            except Refused as refused:
                return {"error_code": 1, "data": str(refused)}


def _several(filters: str | Sequence[str]) -> list[str]:
    return [filters] if isinstance(filters, str) else list(filters)


def _named_values(attributes: Sequence[str] | Mapping[str, bool | str]) -> dict[str, str]:
    if isinstance(attributes, str):
        attributes = [attributes]
    if isinstance(attributes, Mapping):
        return {
            name: value if isinstance(value, str) else str(value).lower()
            for name, value in attributes.items()
        }
    pairs = [text.partition("=") for text in attributes]
    if not all(equals for _name, equals, _value in pairs):
        raise ValueError("attributes are written as name=value, for instance extractable=false")
    return {name: value for name, _equals, value in pairs}

"""cluster activate, login, logout, and the commands that begin with `user`.

The texts with which the CloudHSM CLI refuses commands about users are assumed: AWS publishes those
of successes only.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

from kmsmock.cloudhsm_cli.session import OWNER, Refused
from kmsmock.crypto.exceptions import InvalidKeyMaterial
from kmsmock.crypto.keys import load_others_public
from kmsmock.domain.automatic_backups import begin_daily_backups
from kmsmock.domain.crypto_user import CryptoUser, LockedOut, LoggedInElsewhere, WrongPassword
from kmsmock.domain.deed import deed

if TYPE_CHECKING:
    from datetime import datetime

    from kmsmock.cloudhsm_cli.session import Session
    from kmsmock.domain.crypto_user import Role
    from kmsmock.domain.region import Region
    from kmsmock.world import World

USERNAME = re.compile(r"[A-Za-z0-9_]{1,31}")
PUBLIC_KEY = re.compile(r"-----BEGIN PUBLIC KEY-----(.*)-----END PUBLIC KEY-----", re.DOTALL)
ROLES: dict[str, Role] = {"admin": "admin", "crypto-user": "crypto-user"}
"""The roles that a command may name."""


def activate(session: Session, now: datetime, password: str) -> str:
    """Set the administrator's first password; the cluster becomes ACTIVE."""
    admin = session.cluster.users.get("admin")
    if admin is None or admin.role != "unactivated-admin":
        raise Refused("The cluster is already activated.")
    _require_good_password(password)
    admin.role = "admin"
    admin.change_password(password)
    world, cluster = session.world, session.cluster
    region = world.region(cluster.account_id, cluster.region_name)
    world.begin("cluster activation", now, _finish_activation.on(region, cluster.cluster_id))
    return "Cluster activation successful"


@deed("cluster activation")
def _finish_activation(world: World, region: Region, at: datetime, cluster_id: str) -> None:
    cluster = region.clusters[cluster_id]
    cluster.finish_activation()
    if cluster.state == "ACTIVE":
        begin_daily_backups(region, cluster, world, at)


def log_in(session: Session, username: str, password: str, role: str) -> dict[str, str]:
    """Log in as a user of this role; five wrong passwords in a row lock the user."""
    if session.user is not None:
        raise Refused(f"A user is already logged in: {session.user.name}. Log out first.")
    user = session.cluster.users.get(username.lower())
    if user is None or user.role != role or role not in ROLES:
        raise Refused("Login failed: the username, role or password is incorrect.")
    if user.mfa:
        raise Refused(f"Login failed: user {user.name} needs multi-factor authentication.")
    try:
        user.login(password, OWNER)
    except LoggedInElsewhere:
        raise Refused(
            f"Login failed: user {user.name} is logged in elsewhere ({user.logged_in_by})."
        ) from None
    except LockedOut:
        raise Refused(f"Login failed: user {user.name} is locked.") from None
    except WrongPassword:
        raise Refused("Login failed: the username, role or password is incorrect.") from None
    session.user = user
    return _named(user)


def log_out(session: Session) -> str:
    """Log the session's user out."""
    if session.user is None:
        raise Refused("No user is logged in.")
    session.user.log_out(OWNER)
    session.user = None
    return "Logout successful"


def list_users(session: Session) -> dict[str, Any]:
    """List all users; nobody need be logged in."""
    users = session.cluster.users.values()
    return {
        "users": [
            {
                "username": user.name,
                "role": user.role,
                "locked": "true" if user.locked else "false",
                "mfa": [{"strategy": "token-sign", "status": "enabled"}] if user.mfa else [],
                "cluster-coverage": session.cluster.coverage_of(user),
            }
            for user in users
        ]
    }


def create_user(session: Session, username: str, password: str, role: str) -> dict[str, str]:
    """Make a user; the name is case-insensitive and kept in lower case."""
    session.require_login("admin")
    if role not in ROLES:
        raise Refused(f"Users of role {role} cannot be created: choose admin or crypto-user.")
    if not USERNAME.fullmatch(username):
        raise Refused("A username has 1 to 31 characters: letters, digits and underscores.")
    _require_good_password(password)
    name = username.lower()
    if name in session.cluster.users:
        raise Refused(f"User {name} already exists.")
    user = CryptoUser(name, ROLES[role], password)
    session.cluster.add_user(user)
    return _named(user)


def delete_user(session: Session, username: str, role: str) -> dict[str, str]:
    """Delete a user who is not logged in and owns no keys."""
    session.require_login("admin")
    user = _find(session, username, role)
    if user.logged_in_by is not None:
        raise Refused(f"User {user.name} is logged in and cannot be deleted.")
    if any(key.owner == user.name for key in session.cluster.keys.values()):
        raise Refused(f"User {user.name} owns keys and cannot be deleted.")
    del session.cluster.users[user.name]
    return _named(user)


def change_password(session: Session, username: str, password: str, role: str) -> dict[str, str]:
    """Give a user another password, which unlocks it: oneself, or anybody as an administrator."""
    if session.user is None:
        raise Refused("Log in first: this command needs a logged-in user.")
    user = _find(session, username, role)
    if user is not session.user:
        session.require_login("admin")
        if user.logged_in_by is not None:
            raise Refused(f"User {user.name} is logged in: its password cannot be changed.")
    _require_good_password(password)
    user.change_password(password)
    return _named(user)


def set_second_factor(
    session: Session, username: str, role: str, public_key: str
) -> dict[str, str]:
    """Ask a user for a second factor from now on: oneself, or anybody as an administrator."""
    if session.user is None:
        raise Refused("Log in first: this command needs a logged-in user.")
    user = _find(session, username, role)
    if user is not session.user:
        session.require_login("admin")
    try:
        load_others_public(_der_of(public_key))
    except InvalidKeyMaterial:
        raise Refused("The public key is not a valid key in PEM.") from None
    user.mfa = True
    return _named(user)


def _der_of(pem: str) -> bytes:
    """Take the one public key out of its PEM.

    Raises:
        InvalidKeyMaterial: there is none.
    """
    found = PUBLIC_KEY.fullmatch(pem.strip())
    try:
        return base64.b64decode("".join(found.group(1).split()), validate=True) if found else b""
    except binascii.Error:
        raise InvalidKeyMaterial("not base64") from None


def _find(session: Session, username: str, role: str) -> CryptoUser:
    user = session.cluster.users.get(username.lower())
    if user is None or user.role != role or role not in ROLES:
        raise Refused(f"User {username} of role {role} does not exist.")
    return user


def _named(user: CryptoUser) -> dict[str, str]:
    return {"username": user.name, "role": user.role}


def _require_good_password(password: str) -> None:
    if not 7 <= len(password) <= 32:
        raise Refused("A password has 7 to 32 characters.")

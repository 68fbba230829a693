"""A user of a cluster's HSMs: administrators and crypto users, kmsuser among them.

Source: https://docs.aws.amazon.com/cloudhsm/latest/userguide/manage-hsm-users-chsm-cli.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Role = Literal["unactivated-admin", "admin", "crypto-user", "internal(APPLIANCE_USER)"]

WRONG_LOGINS_BEFORE_LOCK = 5
"""In a row; one page of the guide says more than five."""


class WrongPassword(Exception):
    """The password is not the user's."""


class LockedOut(Exception):
    """The user is locked after wrong log-ins; only a new password lifts the lock."""


class LoggedInElsewhere(Exception):
    """Somebody else is logged in as this user."""


@dataclass(frozen=True, slots=True)
class UserRecord:
    """What an HSM keeps of a user, and so does a backup.

    Assumed: a backup keeps how many wrong log-ins of a CloudHSM user there were, which lock it.
    """

    name: str
    role: Role
    password: str = field(repr=False)
    mfa: bool
    wrong_logins: int


@dataclass(eq=False, slots=True)
class CryptoUser:
    """A user and who is logged in as it.

    Attributes:
        name: in lower case, as the HSMs store it.
        mfa: a second factor is set, which a log-in by password alone cannot give; who has set it
            is rid of it only by being deleted and made again.
        missing_from: ids of HSMs that lost the user, or never got it.
    """

    name: str
    role: Role
    _password: str = field(repr=False)
    mfa: bool = False
    missing_from: set[str] = field(default_factory=set)
    _wrong_logins: int = field(default=0, repr=False)
    _logins: list[str] = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, record: UserRecord) -> CryptoUser:
        """Make the user that a record tells of; nobody is logged in as it."""
        return cls(
            record.name,
            record.role,
            record.password,
            record.mfa,
            _wrong_logins=record.wrong_logins,
        )

    def record(self) -> UserRecord:
        """Give what an HSM keeps of the user now."""
        return UserRecord(self.name, self.role, self._password, self.mfa, self._wrong_logins)

    @property
    def locked(self) -> bool:
        """Whether too many wrong log-ins in a row have locked it."""
        return self._wrong_logins >= WRONG_LOGINS_BEFORE_LOCK

    @property
    def logged_in_by(self) -> str | None:
        """Who is logged in as this user now, as they named themselves to `login`."""
        return self._logins[-1] if self._logins else None

    def login(self, password: str, by: str) -> None:
        """Log in; the same one may do so several times, and logs out as often.

        Raises:
            LoggedInElsewhere: somebody of another name is logged in; not counted as a wrong try.
            LockedOut: it is locked, whatever the password.
            WrongPassword: the fifth in a row locks the user.
        """
        if self.logged_in_by not in (None, by):
            raise LoggedInElsewhere
        if self.locked:
            raise LockedOut
        if password != self._password:
            self._wrong_logins += 1
            raise WrongPassword
        self._wrong_logins = 0
        self._logins.append(by)

    def log_out(self, by: str) -> None:
        """End one log-in of theirs, if there is one."""
        if by in self._logins:
            self._logins.remove(by)

    def change_password(self, new: str) -> None:
        """Set another password, which lifts a lock."""
        self._password = new
        self._wrong_logins = 0

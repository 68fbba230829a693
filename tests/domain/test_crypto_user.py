import pytest

from kmsmock.domain.crypto_user import CryptoUser, LockedOut, LoggedInElsewhere, WrongPassword

PASSWORD = "Password1"


@pytest.fixture
def user():
    return CryptoUser("alice", "crypto-user", PASSWORD)


def fail_to_log_in(user, times):
    for _ in range(times):
        with pytest.raises(WrongPassword):
            user.login("wrong password", "owner")


def test_five_wrong_logins_lock(user):
    """The fifth wrong log-in in a row locks the user, also for the right password."""
    fail_to_log_in(user, 5)

    assert user.locked
    with pytest.raises(LockedOut):
        user.login(PASSWORD, "owner")


def test_right_login_ends_the_row(user):
    """A right log-in between wrong ones begins the count anew."""
    fail_to_log_in(user, 4)
    user.login(PASSWORD, "owner")

    fail_to_log_in(user, 4)

    assert not user.locked


def test_new_password_lifts_the_lock(user):
    """Only another password lifts a lock."""
    fail_to_log_in(user, 5)

    user.change_password("NewPassword1")

    fail_to_log_in(user, 4)
    user.login("NewPassword1", "owner")
    assert user.logged_in_by == "owner"


def test_user_is_one_persons_at_a_time(user):
    """While one is logged in, a log-in by another is refused and not counted."""
    user.login(PASSWORD, "kms")

    for _ in range(6):
        with pytest.raises(LoggedInElsewhere):
            user.login(PASSWORD, "owner")

    assert user.logged_in_by == "kms"
    assert not user.locked


def test_each_login_has_its_logout(user):
    """Who logged in twice is logged in until the second log-out."""
    user.login(PASSWORD, "owner")
    user.login(PASSWORD, "owner")

    user.log_out("owner")
    assert user.logged_in_by == "owner"

    user.log_out("owner")
    assert user.logged_in_by is None


def test_password_is_not_shown(user):
    """No representation of a user has the password."""
    assert PASSWORD not in repr(user)

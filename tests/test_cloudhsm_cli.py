import pytest
from clusters import (
    ADMIN_PASSWORD,
    active_cluster,
    admin_cli,
    cluster_with_csr,
    described,
    initialized_cluster,
)
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from kmsmock.crypto.check_value import check_value

PASSWORD = "Password1"


@pytest.fixture
def cluster_id(aws, cloudhsm):
    """An active cluster with two HSMs."""
    return active_cluster(aws, cloudhsm)


@pytest.fixture
def admin(aws, cluster_id):
    """A CLI in which the administrator is logged in."""
    return admin_cli(aws, cluster_id)


@pytest.fixture
def crypto_user(aws, admin, cluster_id):
    """A CLI in which the crypto user `alice` is logged in."""
    admin.user_create("alice", PASSWORD, "crypto-user")
    cli = aws.cloudhsm_cli(cluster_id)
    cli.login("alice", PASSWORD, "crypto-user")
    return cli


def assert_refused(result):
    assert result["error_code"] == 1
    assert isinstance(result["data"], str)


def domain_user(aws, cluster_id, name):
    """The user inside the mock, for what no command can do."""
    return aws._world.region(aws.account_id, aws.region).clusters[cluster_id].users[name]


def users_of(cli):
    return {user["username"]: user for user in cli.user_list()["data"]["users"]}


def test_activation_makes_the_cluster_active(aws, cloudhsm):
    """`cluster activate` makes an initialized cluster ACTIVE and its admin an admin."""
    cluster_id = initialized_cluster(cloudhsm)
    cli = aws.cloudhsm_cli(cluster_id)
    assert users_of(cli)["admin"]["role"] == "unactivated-admin"

    result = cli.run(f"cluster activate --password {ADMIN_PASSWORD}")

    assert result == {"error_code": 0, "data": "Cluster activation successful"}
    assert described(cloudhsm, cluster_id)["State"] == "ACTIVE"
    assert users_of(cli)["admin"]["role"] == "admin"


def test_activation_happens_once(aws, cluster_id):
    """`cluster activate` is refused on an activated cluster."""
    assert_refused(aws.cloudhsm_cli(cluster_id).activate("OtherPassword1"))


def test_uninitialized_cluster_does_not_answer(aws, cloudhsm):
    """The CLI does not reach a cluster that is not initialized."""
    cli = aws.cloudhsm_cli(cluster_with_csr(cloudhsm))

    assert_refused(cli.activate(ADMIN_PASSWORD))


def test_cluster_without_hsms_does_not_answer(aws, cloudhsm, cluster_id):
    """Every command needs an active HSM."""
    for hsm in described(cloudhsm, cluster_id)["Hsms"]:
        cloudhsm.delete_hsm(ClusterId=cluster_id, HsmId=hsm["HsmId"])

    assert_refused(aws.cloudhsm_cli(cluster_id).user_list())


def test_new_cluster_has_two_users(aws, cluster_id):
    """`user list` needs no log-in and shows admin and app_user at first."""
    result = aws.cloudhsm_cli(cluster_id).run("user list")

    both = {"locked": "false", "mfa": [], "cluster-coverage": "full"}
    assert result == {
        "error_code": 0,
        "data": {
            "users": [
                {"username": "admin", "role": "admin", **both},
                {"username": "app_user", "role": "internal(APPLIANCE_USER)", **both},
            ]
        },
    }


def test_login_names_the_user(aws, cluster_id):
    """`login` answers the user's name and role."""
    cli = aws.cloudhsm_cli(cluster_id)

    result = cli.run(f"login --username admin --role admin --password {ADMIN_PASSWORD}")

    assert result == {"error_code": 0, "data": {"username": "admin", "role": "admin"}}


@pytest.mark.parametrize(
    ("username", "password", "role"),
    [
        ("admin", "wrong", "admin"),
        ("admin", ADMIN_PASSWORD, "crypto-user"),
        ("nobody", ADMIN_PASSWORD, "admin"),
        ("app_user", ADMIN_PASSWORD, "internal(APPLIANCE_USER)"),
    ],
)
def test_login_must_fit(aws, cluster_id, username, password, role):
    """`login` is refused unless name, password and role are a user's."""
    assert_refused(aws.cloudhsm_cli(cluster_id).login(username, password, role))


def test_second_login_is_refused(admin):
    """A session that is logged in must log out before it logs in."""
    assert_refused(admin.login("admin", ADMIN_PASSWORD, "admin"))


def test_logout(admin):
    """After `logout` the session is nobody's."""
    assert admin.logout() == {"error_code": 0, "data": "Logout successful"}

    assert_refused(admin.logout())
    assert_refused(admin.user_create("alice", PASSWORD, "crypto-user"))


def test_sessions_are_apart(aws, admin, cluster_id):
    """A log-in in one session is none in another."""
    other = aws.cloudhsm_cli(cluster_id)

    assert_refused(other.user_create("alice", PASSWORD, "crypto-user"))


def test_kmsuser_is_created(admin):
    """`user create` as in the guide for custom key stores."""
    result = admin.run("user create --username kmsuser --role crypto-user --password kmsPswd1")

    assert result == {"error_code": 0, "data": {"username": "kmsuser", "role": "crypto-user"}}


def test_names_are_kept_in_lower_case(admin):
    """User names are case-insensitive and kept in lower case."""
    result = admin.user_create("Alice_1", PASSWORD, "crypto-user")

    assert result["data"]["username"] == "alice_1"
    assert_refused(admin.user_create("ALICE_1", PASSWORD, "crypto-user"))


@pytest.mark.parametrize(
    ("username", "password", "role"),
    [
        ("alice", "6chars", "crypto-user"),
        ("alice", "p" * 33, "crypto-user"),
        ("a" * 32, PASSWORD, "crypto-user"),
        ("", PASSWORD, "crypto-user"),
        ("alice-1", PASSWORD, "crypto-user"),
        ("alice", PASSWORD, "unactivated-admin"),
    ],
)
def test_user_must_be_possible(admin, username, password, role):
    """`user create` refuses names, passwords and roles that users cannot have."""
    assert_refused(admin.user_create(username, password, role))


@pytest.mark.parametrize("password", ["7 chars", "p" * 32])
def test_passwords_have_7_to_32_characters(admin, password):
    """`user create` takes passwords of 7 and of 32 characters."""
    assert admin.user_create("alice", password, "crypto-user")["error_code"] == 0


def test_crypto_user_makes_no_users(crypto_user):
    """`user create`, `user delete` and others' passwords are the administrator's."""
    assert_refused(crypto_user.user_create("bob", PASSWORD, "crypto-user"))
    assert_refused(crypto_user.user_delete("admin", "admin"))
    assert_refused(crypto_user.user_change_password("admin", PASSWORD, "admin"))


def test_user_is_deleted(admin):
    """`user delete` answers the user, who is gone."""
    admin.user_create("alice", PASSWORD, "crypto-user")

    result = admin.user_delete("alice", "crypto-user")

    assert result == {"error_code": 0, "data": {"username": "alice", "role": "crypto-user"}}
    assert "alice" not in users_of(admin)


def test_logged_in_user_is_not_deleted(admin, crypto_user):
    """`user delete` is refused while the user is logged in."""
    assert_refused(admin.user_delete("alice", "crypto-user"))

    crypto_user.logout()
    assert admin.user_delete("alice", "crypto-user")["error_code"] == 0


def test_owner_of_keys_is_not_deleted(admin, crypto_user):
    """`user delete` is refused while the user owns keys."""
    crypto_user.key_generate_symmetric_aes("key")
    crypto_user.logout()

    assert_refused(admin.user_delete("alice", "crypto-user"))


def test_five_wrong_logins_lock(aws, admin, cluster_id):
    """After five wrong log-ins in a row the right password is refused too."""
    admin.user_create("alice", PASSWORD, "crypto-user")
    cli = aws.cloudhsm_cli(cluster_id)
    for _ in range(5):
        cli.login("alice", "wrong password", "crypto-user")

    assert_refused(cli.login("alice", PASSWORD, "crypto-user"))
    assert users_of(cli)["alice"]["locked"] == "true"


def test_new_password_unlocks(aws, admin, cluster_id):
    """`user change-password` by an administrator lifts a lock."""
    admin.user_create("alice", PASSWORD, "crypto-user")
    cli = aws.cloudhsm_cli(cluster_id)
    for _ in range(5):
        cli.login("alice", "wrong password", "crypto-user")

    result = admin.user_change_password("alice", "NewPassword1", "crypto-user")

    assert result == {"error_code": 0, "data": {"username": "alice", "role": "crypto-user"}}
    assert cli.login("alice", "NewPassword1", "crypto-user")["error_code"] == 0


def test_own_password_can_be_changed(crypto_user):
    """Anybody can change the own password."""
    crypto_user.user_change_password("alice", "NewPassword1", "crypto-user")

    crypto_user.logout()

    assert crypto_user.login("alice", "NewPassword1", "crypto-user")["error_code"] == 0


def test_password_of_logged_in_user_stays(admin, crypto_user):
    """The administrator cannot change the password of a user who is logged in."""
    assert_refused(admin.user_change_password("alice", "NewPassword1", "crypto-user"))


def test_new_password_must_be_possible(crypto_user):
    """A password of another length than 7 to 32 is refused, and the old one stays."""
    assert_refused(crypto_user.user_change_password("alice", "6chars", "crypto-user"))

    crypto_user.logout()
    assert crypto_user.login("alice", PASSWORD, "crypto-user")["error_code"] == 0


def test_password_needs_a_login(aws, cluster_id):
    """`user change-password` needs a log-in, `key list` and `key delete` too."""
    cli = aws.cloudhsm_cli(cluster_id)

    assert_refused(cli.user_change_password("admin", "NewPassword1", "admin"))
    assert_refused(cli.key_list())
    assert_refused(cli.key_delete("attr.label=k"))


def test_unknown_user_is_not_found(admin):
    """A user of that name and role must exist to be changed or deleted."""
    admin.user_create("alice", PASSWORD, "crypto-user")

    assert_refused(admin.user_delete("alice", "admin"))
    assert_refused(admin.user_change_password("bob", "NewPassword1", "crypto-user"))


def test_second_factor_needs_more_than_a_password(aws, admin, cluster_id):
    """A user with a second factor is listed so, and cannot log in by password alone."""
    admin.user_create("alice", PASSWORD, "crypto-user")
    domain_user(aws, cluster_id, "alice").mfa = True

    assert_refused(aws.cloudhsm_cli(cluster_id).login("alice", PASSWORD, "crypto-user"))
    assert users_of(admin)["alice"]["mfa"] == [{"strategy": "token-sign", "status": "enabled"}]


def test_user_that_an_hsm_lacks_is_inconsistent(aws, cloudhsm, admin, cluster_id):
    """The coverage of a user whom an HSM of the cluster lacks is inconsistent."""
    admin.user_create("alice", PASSWORD, "crypto-user")
    hsm = described(cloudhsm, cluster_id)["Hsms"][0]
    domain_user(aws, cluster_id, "alice").missing_from.add(hsm["HsmId"])

    assert users_of(admin)["alice"]["cluster-coverage"] == "inconsistent"


def test_key_is_generated(crypto_user):
    """`key generate-symmetric aes` answers the key with all its attributes, in AWS's order."""
    result = crypto_user.run("key generate-symmetric aes --label k --key-length-bytes 32")

    key = result["data"]["key"]
    assert result["error_code"] == 0
    assert key["key-reference"].startswith("0x")
    assert len(key["key-reference"]) == 18
    assert key["key-info"] == {
        "key-owners": [{"username": "alice", "key-coverage": "full"}],
        "shared-users": [],
        "key-quorum-values": {"manage-key-quorum-value": 0, "use-key-quorum-value": 0},
        "cluster-coverage": "full",
    }
    check_value = key["attributes"]["check-value"]
    assert list(key["attributes"].items()) == [
        ("key-type", "aes"),
        ("label", "k"),
        ("id", "0x"),
        ("check-value", check_value),
        ("class", "secret-key"),
        ("encrypt", True),
        ("decrypt", True),
        ("token", True),
        ("always-sensitive", True),
        ("derive", False),
        ("destroyable", True),
        ("extractable", True),
        ("local", True),
        ("modifiable", True),
        ("never-extractable", False),
        ("private", True),
        ("sensitive", True),
        ("sign", True),
        ("trusted", False),
        ("unwrap", False),
        ("verify", True),
        ("wrap", False),
        ("wrap-with-trusted", False),
        ("key-length-bytes", 32),
    ]


def test_attributes_are_chosen(crypto_user):
    """`--attributes` sets what a key may be used for, and its id."""
    result = crypto_user.run(
        "key generate-symmetric aes --label k --key-length-bytes 16 "
        "--attributes extractable=false wrap=true id=0xab12"
    )

    attributes = result["data"]["key"]["attributes"]
    assert attributes["extractable"] is False
    assert attributes["never-extractable"] is True
    assert attributes["wrap"] is True
    assert attributes["id"] == "0xab12"


@pytest.mark.parametrize("attributes", [{"nonsense": True}, {"wrap": "maybe"}, {"id": "0xg"}])
def test_attributes_must_exist(crypto_user, attributes):
    """Attributes that keys do not have, or cannot be set so, are refused."""
    assert_refused(crypto_user.key_generate_symmetric_aes("k", attributes=attributes))


@pytest.mark.parametrize(
    "attributes",
    ["extractable=false", ["extractable=false"], {"extractable": "false"}, {"extractable": False}],
)
def test_attributes_are_written_in_several_ways(crypto_user, attributes):
    """Attributes are given as the CLI takes them or as a dictionary."""
    result = crypto_user.key_generate_symmetric_aes("k", attributes=attributes)

    assert result["data"]["key"]["attributes"]["extractable"] is False


def test_attributes_have_values(crypto_user):
    """An attribute without a value is the caller's mistake."""
    with pytest.raises(ValueError, match="extractable=false"):
        crypto_user.key_generate_symmetric_aes("k", attributes=["extractable"])


@pytest.mark.parametrize("length", [0, 8, 33])
def test_aes_keys_have_three_lengths(crypto_user, length):
    """AES keys of other lengths than 16, 24 and 32 bytes are refused."""
    assert_refused(crypto_user.key_generate_symmetric_aes("k", length))


def test_keys_need_two_hsms(aws, cloudhsm):
    """With a single HSM no key can be made, in AWS's words."""
    cluster_id = active_cluster(aws, cloudhsm, hsms=1)
    cli = admin_cli(aws, cluster_id)
    cli.user_create("alice", PASSWORD, "crypto-user")
    cli.logout()
    cli.login("alice", PASSWORD, "crypto-user")

    result = cli.key_generate_symmetric_aes("k")

    assert result == {
        "error_code": 1,
        "data": "Cannot perform the requested key operation as the key must be available on at "
        "least 2 HSMs. Either increase the number of HSMs in the cluster, or disable the key "
        "availability check.",
    }


def test_key_list_is_brief(crypto_user):
    """`key list` shows reference and label, and counts."""
    key = crypto_user.key_generate_symmetric_aes("one")["data"]["key"]
    crypto_user.key_generate_symmetric_aes("two")

    result = crypto_user.run('key list --filter attr.label="one"')

    assert result["data"] == {
        "matched_keys": [{"key-reference": key["key-reference"], "attributes": {"label": "one"}}],
        "total_key_count": 1,
        "returned_key_count": 1,
    }


def test_verbose_key_list_shows_all(crypto_user):
    """`key list --verbose` shows keys as they were answered when they were made."""
    key = crypto_user.key_generate_symmetric_aes("one")["data"]["key"]

    result = crypto_user.run("key list --verbose")

    assert result["data"]["matched_keys"] == [key]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ((), 2),
        ("attr.key-type=aes", 2),
        ("attr.label=one", 1),
        ("attr.id=0xAB", 1),
        ("attr.extractable=false", 1),
        (["attr.label=one", "attr.extractable=false"], 0),
    ],
)
def test_keys_are_filtered(crypto_user, filters, count):
    """A key must fit every filter."""
    crypto_user.key_generate_symmetric_aes("one", attributes={"id": "0xab"})
    crypto_user.key_generate_symmetric_aes("two", attributes={"extractable": False})

    assert crypto_user.key_list(filters)["data"]["total_key_count"] == count


def test_unknown_filter_is_refused(crypto_user):
    """`key list` refuses a filter that keys do not have."""
    assert_refused(crypto_user.key_list("attr.colour=red"))


def test_keys_are_their_owners(aws, admin, crypto_user, cluster_id):
    """A crypto user neither sees nor deletes another's keys, and an administrator has none."""
    crypto_user.key_generate_symmetric_aes("k")
    admin.user_create("bob", PASSWORD, "crypto-user")
    bob = aws.cloudhsm_cli(cluster_id)
    bob.login("bob", PASSWORD, "crypto-user")

    assert bob.key_list()["data"]["matched_keys"] == []
    assert_refused(bob.key_delete("attr.label=k"))
    assert_refused(admin.key_list())


def test_key_is_deleted(crypto_user):
    """`key delete` deletes the key that the filter names."""
    crypto_user.key_generate_symmetric_aes("one")
    crypto_user.key_generate_symmetric_aes("two")

    result = crypto_user.run("key delete --filter attr.label=one")

    assert result == {"error_code": 0, "data": {"message": "Key deleted successfully"}}
    assert crypto_user.key_list()["data"]["matched_keys"][0]["attributes"]["label"] == "two"


def test_filter_of_delete_names_one_key(crypto_user):
    """`key delete` is refused when its filter fits several keys, or none."""
    for _ in range(2):
        crypto_user.key_generate_symmetric_aes("twin")

    assert_refused(crypto_user.key_delete("attr.label=twin"))
    assert_refused(crypto_user.key_delete("attr.label=nobody"))


@pytest.mark.parametrize(
    "prompt", ["", "aws-cloudhsm > ", "aws-cloudhsm>", "$ /opt/cloudhsm/bin/cloudhsm-cli "]
)
def test_lines_may_begin_with_a_prompt(aws, cluster_id, prompt):
    """A line may be copied with the prompt before it."""
    assert aws.cloudhsm_cli(cluster_id).run(f"{prompt}user list")["error_code"] == 0


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("user dance", "user create"),
        ("", "user create"),
        ("user list --loud", "no options"),
        ("user create --username a --role admin", "--password"),
        ("user create --name a", "--username"),
        ("key list --verbose yes", "--verbose"),
        ("key generate-symmetric aes --label k --key-length-bytes many", "number"),
        ("key generate-symmetric aes --label", "--label"),
    ],
)
def test_unknown_lines_are_the_callers_mistake(aws, cluster_id, line, told):
    """What kmsmock's CLI does not know is a ValueError that says what it knows."""
    with pytest.raises(ValueError, match=told):
        aws.cloudhsm_cli(cluster_id).run(line)


def test_owner_cannot_be_kmsuser_while_another_is(aws, admin, cluster_id):
    """A user as whom a service is logged in can neither log in nor get a password here."""
    admin.user_create("kmsuser", PASSWORD, "crypto-user")
    domain_user(aws, cluster_id, "kmsuser").login(PASSWORD, "kms")

    assert_refused(aws.cloudhsm_cli(cluster_id).login("kmsuser", PASSWORD, "crypto-user"))
    assert_refused(admin.user_change_password("kmsuser", "NewPassword1", "crypto-user"))


def test_check_value_is_the_standards():
    """The check value is the beginning of an encrypted block of zeros."""
    key = bytes(range(32))
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - the definition

    assert check_value(key) == encryptor.update(bytes(16))[:3]

"""What a file of `aws.save` leaves out is as usual, and means the same in every version."""

import json

import pytest
from clients_at_hand import REGION
from external_key_stores import SERVICE
from key_stores import create, create_key, fit_cluster
from policies import ROLE

from kmsmock import mock_kms_cloudhsm

OF_A_KEY = ("key_id", "created", "spec", "usage", "origin", "description", "policy", "tags")
OF_A_CLUSTER = (
    *("cluster_id", "created", "hsm_type", "mode", "network_type", "subnets_by_zone"),
    *("security_group", "pre_co_password", "state", "certificate", "trust_anchor", "hsms"),
    *("users", "key_numbers"),
)
OF_A_BACKUP = ("backup_id", "cluster_id", "created", "hsm_type", "mode", "contents", "state")
OF_A_SERVICE = ("name", "private_dns_name", "availability_zones", "allowed_principals")
OF_A_KEY_STORE = (
    *("type", "store_id", "name", "created", "cluster_id", "trust_anchor", "password"),
)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """What a file has of a new key, a new key store with its cluster, and a caller."""
    path = tmp_path_factory.mktemp("usual") / "world.json"
    with mock_kms_cloudhsm(region=REGION) as aws:
        kms = aws.client("kms")
        kms.create_key()
        create(kms, fit_cluster(aws))
        aws.network.vpc_endpoint_service(SERVICE, private_dns_name="xks.example.com")
        aws.client("kms", principal=ROLE)
        aws.save(path)
    document = json.loads(path.read_text())
    here = document["accounts"]["123456789012"][REGION]
    return document | here | here["network"]


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("keys", (*OF_A_KEY, "materials")),
        ("clusters", OF_A_CLUSTER),
        ("backups", OF_A_BACKUP),
        ("key_stores", OF_A_KEY_STORE),
        ("subnets", ("subnet_id", "availability_zone", "free_addresses", "taken")),
        ("endpoint_services", OF_A_SERVICE),
        ("principals", ("arn", "unique_id")),
    ],
)
def test_what_is_as_usual_is_left_out(saved, kind, members):
    """A cluster keeps backups 90 days, a service asks for no acceptance, and so on."""
    assert {tuple(sorted(thing)) for thing in saved[kind]} == {tuple(sorted(members))}


def test_usual_material_is_of_aes_and_stays(saved):
    """Material has an id and its secret; it was neither rotated nor imported."""
    [key] = saved["keys"]

    assert [set(material) for material in key["materials"]["by_id"]] == [{"material_id", "secret"}]


def test_usual_attributes_of_a_key_in_hsms(aws, kms, tmp_path):
    """Of a key's attributes there are those that a key which the CLI makes has otherwise."""
    create_key(kms, aws.key_store("store").custom_key_store_id)
    aws.save(tmp_path / "world.json")

    [key] = json.loads((tmp_path / "world.json").read_text())["hsm_keys"]

    assert key["attributes"] == {
        "extractable": False,
        "never-extractable": True,
        "sign": False,
        "unwrap": True,
        "verify": False,
        "wrap": True,
    }


def test_usual_caller_is_no_administrator(saved):
    """Of a caller that a test declares there is who it is."""
    by_principal = {keys["principal"]: set(keys) for keys in saved["access_keys"].values()}

    assert by_principal[ROLE] == {"principal", "arn"}

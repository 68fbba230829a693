import pytest

from kmsmock.domain.network import Network, NetworkProblem


@pytest.fixture
def network():
    return Network("us-east-1")


def zones(network, *subnet_ids):
    subnets = network.subnets_by_zone(subnet_ids).items()
    return {subnet.subnet_id: zone[-1] for zone, subnet in subnets}


def test_default_subnets_are_in_three_zones(network):
    """There is a subnet in zones a, b and c from the start."""
    found = [subnet.availability_zone for subnet in network.subnets.values()]

    assert found == ["us-east-1a", "us-east-1b", "us-east-1c"]


def test_unknown_subnets_are_adopted_zone_by_zone(network):
    """Subnets that nobody knows go to the zones in order, one request or several."""
    assert zones(network, "subnet-1", "subnet-2") == {"subnet-1": "a", "subnet-2": "b"}
    assert zones(network, "subnet-3") == {"subnet-3": "c"}
    assert zones(network, "subnet-2", "subnet-4") == {"subnet-2": "b", "subnet-4": "d"}


def test_adopted_subnet_avoids_the_others_zones(network):
    """An adopted subnet is beside the known ones of its request, wherever they are named."""
    known = [subnet.subnet_id for subnet in network.subnets.values()]

    assert zones(network, "subnet-1", *known)["subnet-1"] == "d"


def test_six_zones_are_all(network):
    """A seventh subnet has no zone to itself, and nothing is adopted."""
    text = (
        "Only one subnet per Availability Zone can be specified, but more than one is in "
        "'us-east-1a'."
    )
    with pytest.raises(NetworkProblem, match=f"^{text}$"):
        zones(network, *(f"subnet-{number}" for number in range(7)))

    assert len(network.subnets) == 3


def test_deleted_subnet_is_refused(network):
    """A subnet that was deleted can be named no more."""
    zones(network, "subnet-1")
    network.subnets["subnet-1"].exists = False

    with pytest.raises(NetworkProblem, match="^The subnet 'subnet-1' does not exist.$"):
        zones(network, "subnet-1")


def test_addresses_run_out(network):
    """A subnet hands out 251 addresses, each once, and takes them back."""
    subnet = next(iter(network.subnets.values()))
    handed_out = {subnet.take_address() for _ in range(251)}
    assert len(handed_out) == 251
    full = f"^The subnet '{subnet.subnet_id}' has no free IP addresses.$"
    with pytest.raises(NetworkProblem, match=full):
        subnet.take_address()

    subnet.release_address("10.0.0.4")

    assert subnet.take_address() == "10.0.0.4"
    with pytest.raises(NetworkProblem, match=full):
        subnet.take_address()


@pytest.mark.parametrize("address", ["10.9.9.9", "10.0.0.3", "10.0.0.255"])
def test_address_must_be_the_subnets(network, address):
    """A default subnet hands out addresses of its own block only, without AWS's own."""
    subnet = next(iter(network.subnets.values()))

    text = f"The IP address '{address}' is not available in the subnet '{subnet.subnet_id}'."
    with pytest.raises(NetworkProblem, match=f"^{text}$"):
        subnet.take_address(address)


@pytest.mark.parametrize("address", ["10.0.0.4", "10.0.0.254"])
def test_address_may_be_chosen(network, address):
    """A subnet hands out the address that is asked for, once."""
    subnet = next(iter(network.subnets.values()))

    assert subnet.take_address(address) == address

    with pytest.raises(NetworkProblem):
        subnet.take_address(address)


def test_deleted_subnet_hands_out_nothing(network):
    """A subnet that was deleted hands out no address."""
    subnet = next(iter(network.subnets.values()))
    subnet.exists = False

    text = f"^The subnet '{subnet.subnet_id}' does not exist.$"
    with pytest.raises(NetworkProblem, match=text):
        subnet.take_address()


def test_regions_have_networks_of_their_own():
    """Two Regions have other subnets, the same in every run."""
    here, again, there = Network("us-east-1"), Network("us-east-1"), Network("eu-west-1")

    assert list(here.subnets) == list(again.subnets)
    assert set(here.subnets).isdisjoint(there.subnets)


def test_ids_are_the_same_in_every_version():
    """Saved files name a Region's VPC and subnets by ids that are no accident of one run."""
    network = Network("us-east-1")

    assert network.vpc_id == "vpc-5adbf6d278ca02aa9"
    assert list(network.subnets) == [
        "subnet-b49f7fda845cc3b87",
        "subnet-451c9609c9c948fe5",
        "subnet-664fde01ffa1e953e",
    ]

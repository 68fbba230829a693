"""A plausible VPC: the subnets and security groups that clusters stand in.

Kept difference (Subnets): AWS knows the account's own, and refuses others; kmsmock has one VPC in
each Region, and adopts a well-formed subnet id that nobody knows when a cluster names it. Why: EC2
is not here, so that a test sets up no VPC.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmsmock.domain.vpc_endpoint_service import VpcEndpointService

ZONES = "abcdef"
"""The zones of a Region, by their last letter; the default subnets are in the first three."""


class NetworkProblem(Exception):
    """Something does not fit into the network; the message says what."""


@dataclass(eq=False, slots=True)
class Subnet:
    """A private subnet.

    Attributes:
        number: its place in the VPC; it hands out 10.0.<number>.4 to 10.0.<number>.254.
        adopted: named by a test and never described to the mock, so that any address may be its.
        free_addresses: how many more addresses it can hand out.
        exists: False once it is deleted.
    """

    subnet_id: str
    availability_zone: str
    number: int
    adopted: bool = False
    free_addresses: int = 251
    exists: bool = True
    _taken: set[str] = field(default_factory=set)

    def require_room(self, count: int) -> None:
        """Check that so many addresses can be had.

        Raises:
            NetworkProblem: the subnet is gone, or has not so many left.
        """
        if not self.exists:
            raise NetworkProblem(f"The subnet '{self.subnet_id}' does not exist.")
        if self.free_addresses < count:
            raise NetworkProblem(f"The subnet '{self.subnet_id}' has no free IP addresses.")

    def require_free(self, address: str | None) -> None:
        """Check that an address can be had, any one if None.

        Raises:
            NetworkProblem: the subnet is gone, has no address left, or not this one.
        """
        self.require_room(1)
        if address is not None and not self._is_free(address):
            raise NetworkProblem(
                f"The IP address '{address}' is not available in the subnet '{self.subnet_id}'."
            )

    def take_address(self, address: str | None = None) -> str:
        """Hand out this address, or the lowest free one.

        Raises:
            NetworkProblem: as `require_free`.
        """
        self.require_free(address)
        taken = address or next(host for host in self._hosts() if host not in self._taken)
        self._taken.add(taken)
        self.free_addresses -= 1
        return taken

    def release_address(self, address: str) -> None:
        """Take an address back."""
        if address in self._taken:
            self._taken.remove(address)
            self.free_addresses += 1

    def _is_free(self, address: str) -> bool:
        try:
            known = IPv4Address(address)
        except AddressValueError:
            return False
        return address not in self._taken and (self.adopted or str(known) in self._hosts())

    def _hosts(self) -> list[str]:
        # AWS keeps the first four addresses of a subnet and the last one for itself.
        return [str(host) for host in IPv4Network(f"10.0.{self.number}.0/24")][4:255]


@dataclass(eq=False, slots=True)
class SecurityGroup:
    """A cluster's security group.

    Attributes:
        allows_cluster_traffic: TCP 2223-2225 from the group and to the group, both ways.
    """

    group_id: str
    name: str
    allows_cluster_traffic: bool = True


class Network:
    """An account's VPC in a Region: from the start one private subnet in zones a, b and c."""

    def __init__(self, region_name: str) -> None:
        self.region_name = region_name
        self.vpc_id = f"vpc-{self._digits('vpc')}"
        self.subnets: dict[str, Subnet] = {}
        self.security_groups: dict[str, SecurityGroup] = {}
        self.endpoint_services: dict[str, VpcEndpointService] = {}
        for zone in ZONES[:3]:
            self._add_subnet(f"subnet-{self._digits(zone)}", region_name + zone, adopted=False)

    def subnets_by_zone(self, subnet_ids: Sequence[str]) -> dict[str, Subnet]:
        """Give the subnets that a cluster names, adopting those that nobody knows.

        An adopted subnet goes to a zone that no other subnet of the request uses, of those the
        one with the fewest adopted subnets, of those the first: the first id that a test makes
        up is in zone a, the second in zone b.

        Raises:
            NetworkProblem: a subnet was deleted, or two of them are in one zone.
        """
        zones: dict[str, str] = {}
        for subnet_id in subnet_ids:
            known = self.subnets.get(subnet_id)
            if known is None:
                continue
            if not known.exists:
                raise NetworkProblem(f"The subnet '{subnet_id}' does not exist.")
            if known.availability_zone in zones:
                raise _one_zone(known.availability_zone)
            zones[known.availability_zone] = subnet_id
        adopted: dict[str, str] = {}
        for subnet_id in subnet_ids:
            if subnet_id not in self.subnets:
                if subnet_id in adopted:
                    raise _one_zone(adopted[subnet_id])
                adopted[subnet_id] = self._zone_beside(zones)
                zones[adopted[subnet_id]] = subnet_id
        for subnet_id, zone in adopted.items():
            self._add_subnet(subnet_id, zone, adopted=True)
        named = [self.subnets[subnet_id] for subnet_id in subnet_ids]
        return {subnet.availability_zone: subnet for subnet in named}

    def add_security_group(self, group_id: str, name: str) -> SecurityGroup:
        """Make a security group that lets cluster traffic through."""
        group = self.security_groups[group_id] = SecurityGroup(group_id, name)
        return group

    def _zone_beside(self, used: dict[str, str]) -> str:
        free = [self.region_name + zone for zone in ZONES if self.region_name + zone not in used]
        if not free:
            raise _one_zone(self.region_name + ZONES[0])
        return min(free, key=self._adopted_in)

    def _adopted_in(self, zone: str) -> int:
        return sum(
            subnet.adopted and subnet.availability_zone == zone for subnet in self.subnets.values()
        )

    def _add_subnet(self, subnet_id: str, zone: str, *, adopted: bool) -> None:
        # Past 256 subnets the blocks repeat, which only a test with hundreds of them can see.
        number = len(self.subnets) % 256
        self.subnets[subnet_id] = Subnet(subnet_id, zone, number, adopted)

    def _digits(self, what: str) -> str:
        """Give 17 hex digits that are the same in every run."""
        return hashlib.sha256(f"{self.region_name} {what}".encode()).hexdigest()[:17]


def _one_zone(zone: str) -> NetworkProblem:
    return NetworkProblem(
        f"Only one subnet per Availability Zone can be specified, but more than one is in '{zone}'."
    )

"""A Region's network in a file: subnets that are not as at the beginning, endpoint services.

Security groups stand with their clusters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.domain.network import ZONES, Network, Subnet
from kmsmock.domain.vpc_endpoint_service import VpcEndpointService
from kmsmock.saved_worlds.forms import (
    FLAG,
    TEXT,
    Damaged,
    Json,
    list_of,
    one_of,
    or_none,
    require_object,
    whole,
)
from kmsmock.saved_worlds.records import Record, items_of, list_by

if TYPE_CHECKING:
    from kmsmock.domain.region import Region

_SERVICE = Record(
    VpcEndpointService,
    {
        "name": TEXT,
        "private_dns_name": or_none(TEXT),
        "availability_zones": list_of(TEXT, frozenset),
        "allowed_principals": list_of(TEXT, frozenset),
        "acceptance_required": FLAG,
        "domain_verified": FLAG,
    },
)
_SERVICES = list_by(_SERVICE.form, lambda service: service.name, "VPC endpoint service")


def _subnets(region_name: str) -> Record[Subnet]:
    return Record(
        Subnet,
        {
            "subnet_id": TEXT,
            "availability_zone": one_of(*(region_name + letter for letter in ZONES)),
            "adopted": FLAG,
            "free_addresses": whole(0, 251),
            "exists": FLAG,
            "_taken": list_of(TEXT, set),
        },
        derived=("number",),
    )


def write_network(region: Region) -> Json:
    """Give what is different from a new network."""
    record, network, new = _subnets(region.name), region.network, Network(region.name)
    unchanged = [record.write(subnet) for subnet in new.subnets.values()]
    subnets = [record.write(subnet) for subnet in network.subnets.values()]
    written = {
        "subnets": [subnet for subnet in subnets if subnet not in unchanged],
        "endpoint_services": _SERVICES.write(network.endpoint_services),
    }
    return {name: value for name, value in written.items() if value}


def read_network(region: Region, found: Json, where: str) -> None:
    """Let the Region's network, which is new, be as it is found.

    Raises:
        Damaged: it is none.
    """
    document = require_object(found, where, ("subnets", "endpoint_services"))
    record, subnets = _subnets(region.name), region.network.subnets
    seen = set()
    for here, item in items_of(document.get("subnets", []), f"{where}.subnets"):
        members = record.read_members(item, here)
        subnet_id = members["subnet_id"]
        if subnet_id in seen:
            raise Damaged(f"{here}.subnet_id", "is there already")
        seen.add(subnet_id)
        known = subnets.get(subnet_id)
        # As Network counts them.
        number = len(subnets) % 256 if known is None else known.number
        subnets[subnet_id] = Subnet(**members, number=number)
    services = document.get("endpoint_services", [])
    region.network.endpoint_services = _SERVICES.read(services, f"{where}.endpoint_services")

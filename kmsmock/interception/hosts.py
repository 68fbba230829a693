"""AWS's host names: which are AWS's, and which are those of the two services."""

from __future__ import annotations

from functools import cache

from botocore.loaders import create_loader

_HERE = frozenset({"kms", "kms-fips", "cloudhsmv2", "cloudhsmv2-fips"})


def labels_of(host: str) -> tuple[str, ...] | None:
    """Give the parts of a host's name before AWS's own domain; None if it is not AWS's.

    `kms.us-east-1.amazonaws.com` has two, `kms` and `us-east-1`.
    """
    host = host.lower().rstrip(".")
    for domain in _domains():
        if host.endswith(domain):
            return tuple(host[: -len(domain)].split("."))
    return None


def is_of_the_two_services(labels: tuple[str, ...]) -> bool:
    """Tell whether a host of AWS's is one of KMS or CloudHSM v2: `kms.REGION`, and as VPC endpoint.

    Source: https://docs.aws.amazon.com/general/latest/gr/kms.html, and for
    `vpce-ID.kms.REGION.vpce` https://docs.aws.amazon.com/kms/latest/developerguide/kms-vpc-endpoint.html
    """
    if labels[-1] == "vpce":
        labels = labels[1:-1]
    return len(labels) == 2 and labels[0] in _HERE


@cache
def _domains() -> tuple[str, ...]:
    """Give the domains of all partitions, with a dot before them, by botocore's own list."""
    domains: set[str] = set()
    for partition in create_loader().load_data("partitions")["partitions"]:
        outputs = partition["outputs"]
        domains |= {outputs["dnsSuffix"], outputs["dualStackDnsSuffix"]}
    return tuple(f".{domain}" for domain in sorted(domains))

"""A VPC endpoint service, through which KMS may reach the proxy of an external key store.

Rules: custom-key-stores.md section 8.1; ConnectionErrorCodeType in KMS's model.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class VpcEndpointService:
    """A VPC endpoint service for interface endpoints, as an external key store looks at it.

    Attributes:
        name: `com.amazonaws.vpce.<region>.vpce-svc-...`.
        private_dns_name: the host in the proxy's endpoint; None if the service has none.
        availability_zones: of the subnets of its network load balancer.
        allowed_principals: who may connect.
    """

    name: str
    private_dns_name: str | None
    availability_zones: frozenset[str]
    allowed_principals: frozenset[str]
    acceptance_required: bool = False
    domain_verified: bool = True

    def admits(self, principal: str) -> bool:
        """Tell whether a principal finds the service; those not allowed do not."""
        return bool({principal, "*"} & self.allowed_principals)

    def unfit_for(self, endpoint: str) -> str | None:
        """Tell what keeps the service from serving a key store; None if nothing does.

        The texts about a VPC endpoint service that does not fit are assumed.
        """
        if len(self.availability_zones) < 2:
            return (
                f"VPC endpoint service {self.name} must have a network load balancer connected to "
                "subnets in at least two Availability Zones."
            )
        if self.acceptance_required:
            return f"VPC endpoint service {self.name} must not require acceptance of connections."
        if self.private_dns_name is None:
            return f"VPC endpoint service {self.name} must have a private DNS name."
        if not self.domain_verified:
            return (
                f"The domain of private DNS name {self.private_dns_name} of VPC endpoint service "
                f"{self.name} must be verified."
            )
        if endpoint != f"https://{self.private_dns_name}":
            return (
                f"The private DNS name of VPC endpoint service {self.name} must be that of "
                f"XksProxyUriEndpoint {endpoint}."
            )
        return None


def kms_principal(region: str) -> str:
    """Give the service principal by which KMS connects in a Region."""
    return f"cks.kms.{region}.amazonaws.com"

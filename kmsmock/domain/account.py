"""An AWS account."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kmsmock.domain.principal import Principals

if TYPE_CHECKING:
    from kmsmock.domain.region import Region


@dataclass(slots=True)
class Account:
    """An account: its Regions, each made when a call first comes to it, and its principals."""

    account_id: str
    regions: dict[str, Region] = field(default_factory=dict)
    principals: Principals = field(default_factory=Principals)

"""The CloudHSM CLI (Client SDK 5), a third door to the same clusters.

Its commands have no API: users are made, and a cluster is activated, by this tool alone.
https://docs.aws.amazon.com/cloudhsm/latest/userguide/cloudhsm_cli-reference.html
"""

from __future__ import annotations

from kmsmock.cloudhsm_cli.cli import CloudHsmCli

__all__ = ["CloudHsmCli"]

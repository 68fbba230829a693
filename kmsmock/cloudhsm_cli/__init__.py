"""The CloudHSM CLI (Client SDK 5), a third door to the same clusters.

Its commands have no API: users are made, and a cluster is activated, by this tool alone.
https://docs.aws.amazon.com/cloudhsm/latest/userguide/cloudhsm_cli-reference.html

Kept difference (CloudHSM CLI): AWS has a program for an instance beside the cluster; kmsmock has
its commands as methods that give what it prints, with texts of its own and `error_code` 1 in
refusals. Why: a test has no such instance, and AWS publishes only what success looks like.
"""

from __future__ import annotations

from kmsmock.cloudhsm_cli.cli import CloudHsmCli

__all__ = ["CloudHsmCli"]

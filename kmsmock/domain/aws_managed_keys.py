"""AWS managed keys: the predefined aliases, and the key that each of them gets on first use.

Rules: kms-operations.md section 3.4. AWS publishes no list of the predefined aliases; these are
the services whose `alias/aws/...` users meet most. The description of Lambda's key is AWS's own,
the others are made like it.
"""

from __future__ import annotations

import json
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from kmsmock.domain.alias import Alias
from kmsmock.domain.arn import account_arn
from kmsmock.domain.key import Key
from kmsmock.domain.key_spec import SYMMETRIC

if TYPE_CHECKING:
    from kmsmock.domain.key_material import KeyMaterial
    from kmsmock.domain.region import Region

PREFIX = "alias/aws/"


class _Service(NamedTuple):
    protects: str
    title: str
    endpoint: str | None = None


_SERVICES = MappingProxyType(
    {
        "acm": _Service("my ACM private keys", "ACM"),
        "backup": _Service("my Backup data", "Backup"),
        "codecommit": _Service("my CodeCommit repositories", "CodeCommit"),
        "dms": _Service("my database migration data", "Database Migration Service"),
        "dynamodb": _Service("my DynamoDB data", "DynamoDB"),
        "ebs": _Service("my EBS volumes", "EBS", "ec2"),
        "elasticfilesystem": _Service("my EFS filesystems", "EFS"),
        "es": _Service("my Elasticsearch data", "Elasticsearch"),
        "fsx": _Service("my FSx resources", "FSx"),
        "glue": _Service("my Glue data", "Glue"),
        "kinesis": _Service("my Kinesis data", "Kinesis"),
        "kinesisvideo": _Service("my Kinesis Video Streams data", "Kinesis Video Streams"),
        "lambda": _Service("my Lambda functions", "Lambda"),
        "rds": _Service("my RDS database volumes", "RDS"),
        "redshift": _Service("my Redshift clusters", "Redshift"),
        "s3": _Service("my S3 objects", "S3"),
        "secretsmanager": _Service("my Secrets Manager data", "Secrets Manager"),
        "sns": _Service("my SNS data", "SNS"),
        "sqs": _Service("my SQS messages", "SQS"),
        "ssm": _Service("my SSM parameters", "SSM"),
        "workspaces": _Service("my WorkSpaces volumes", "WorkSpaces"),
        "xray": _Service("my X-Ray data", "X-Ray"),
    }
)
"""What comes after `alias/aws/` -> the service."""

PREDEFINED_ALIASES = tuple(PREFIX + service for service in _SERVICES)


def make_managed_key(
    region: Region, alias: Alias, *, key_id: str, material: KeyMaterial, now: datetime
) -> Key:
    """Give a predefined alias its key, as the first use of the service does."""
    service = alias.name.removeprefix(PREFIX)
    key = Key(
        key_id=key_id,
        arn=region.kms_arn(f"key/{key_id}"),
        account_id=region.account_id,
        region=region.name,
        created=now,
        spec=SYMMETRIC,
        usage="ENCRYPT_DECRYPT",
        origin="AWS_KMS",
        description=(
            f"Default master key that protects {_SERVICES[service].protects} when no other key is "
            "defined"
        ),
        policy=_policy(region, service),
        tags={},
        manager="AWS",
        aliases={alias.name},
    )
    key.materials.make_current(material)
    region.keys[key_id] = key
    region.aws_managed_keys += 1
    alias.key_id = key_id
    alias.created = alias.updated = now
    return key


def _policy(region: Region, service: str) -> str:
    """Let the service use the key for the account, and the account look at it."""
    title = _SERVICES[service].title
    endpoint = _SERVICES[service].endpoint or service
    use = {
        "Sid": f"Allow access through {title} for all principals in the account that are "
        f"authorized to use {title}",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [
            "kms:Encrypt",
            "kms:Decrypt",
            "kms:ReEncrypt*",
            "kms:GenerateDataKey*",
            "kms:CreateGrant",
            "kms:DescribeKey",
        ],
        "Resource": "*",
        "Condition": {
            "StringEquals": {
                "kms:CallerAccount": region.account_id,
                "kms:ViaService": f"{endpoint}.{region.name}.amazonaws.com",
            }
        },
    }
    look = {
        "Sid": "Allow direct access to key metadata to the account",
        "Effect": "Allow",
        "Principal": {"AWS": account_arn(region.partition, region.account_id)},
        "Action": ["kms:Describe*", "kms:Get*", "kms:List*"],
        "Resource": "*",
    }
    return json.dumps(
        {"Version": "2012-10-17", "Id": f"auto-{service}-1", "Statement": [use, look]}
    )

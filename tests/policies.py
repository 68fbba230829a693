"""Policies as short as a table's row needs them."""

import json

ACCOUNT, PARTNER = "123456789012", "444455556666"
ROOT, PARTNER_ROOT = (f"arn:aws:iam::{account}:root" for account in (ACCOUNT, PARTNER))
ROLE, USER = f"arn:aws:iam::{ACCOUNT}:role/App", f"arn:aws:iam::{ACCOUNT}:user/Ann"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/App/kmsmock"
OTHER_ROLE = f"arn:aws:iam::{ACCOUNT}:role/Other"
PARTNER_ROLE, PARTNER_USER = (f"arn:aws:iam::{PARTNER}:{name}" for name in ("role/App", "user/Bob"))


def statement(effect, action="kms:*", principal=None, condition=None, **members):
    """A statement about every resource, unless it says otherwise."""
    made = {"Effect": effect, "Action": action, "Resource": "*", **members}
    if principal is not None:
        made["Principal"] = principal if isinstance(principal, dict) else {"AWS": principal}
    if condition is not None:
        made["Condition"] = condition
    return {name: value for name, value in made.items() if value is not None}


def allow(action="kms:*", principal=None, condition=None, **members):
    """An Allow statement."""
    return statement("Allow", action, principal, condition, **members)


def deny(action="kms:*", principal=None, condition=None, **members):
    """A Deny statement."""
    return statement("Deny", action, principal, condition, **members)


def policy(*statements, version="2012-10-17"):
    """A policy document of these statements, as JSON."""
    return json.dumps({"Version": version, "Statement": list(statements)})


DELEGATING = policy(allow(principal=ROOT))
"""The default key policy: the account's IAM policies decide."""
EVERYTHING = policy(allow("*"))
"""An IAM policy that allows everything."""

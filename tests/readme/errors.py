"""The error codes that operations answer with, from the tables of the tests that reach them."""

from typing import NamedTuple

import cloudhsm_declared_errors as cloudhsm
import declared_errors as kms
from readme.markdown import breakable, grouped, listed, table

from kmsmock import errors

NOT_ANSWERED = {errors.ServiceError, errors.NotImplementedByKmsmock}

WIDEST = 50
"""How many characters of a code a page has room for, beside the longest operation."""


class Declared(NamedTuple):
    """An error that the model declares for an operation.

    Attributes:
        planned: only a planned fault brings it about.
        by_policy: only a policy does.
        why_not: why nothing does.
    """

    service: str
    operation: str
    error: str
    planned: bool
    by_policy: bool
    why_not: str | None


def _of_kms(operation, error):
    planned = kms.place_of(operation, error) == "planned"
    return Declared(
        "kms", operation, error, planned, False, kms.UNREACHABLE.get((operation, error))
    )


def _of_cloudhsm(operation, error):
    where = cloudhsm.WHERE[operation].get(error)
    why_not = where if where == cloudhsm.BY_TAG_CONDITION else None
    by_policy = where == cloudhsm.BY_POLICY
    return Declared("cloudhsmv2", operation, error, where is None, by_policy, why_not)


def _declared():
    """Give all of them: KMS's operations first."""
    yield from sorted(_of_kms(*pair) for pair in kms.DECLARED)
    yield from sorted(_of_cloudhsm(*pair) for pair in cloudhsm.DECLARED)


def error_codes():
    """Give the codes that requests reach, by service; operations that have the same share a row."""
    reached = {}
    for it in _declared():
        if not it.planned and it.why_not is None:
            codes = reached.setdefault(it.service, {}).setdefault(it.operation, [])
            codes.append(f"{it.error} †" if it.by_policy else it.error)
    return _by_service(
        ["Operations", "Error codes"],
        {
            service: (
                [", ".join(operations), ", ".join(map(_narrow, codes))]
                for codes, operations in grouped(
                    (operation, tuple(codes)) for operation, codes in operations.items()
                )
            )
            for service, operations in reached.items()
        },
    )


def _by_service(head, rows):
    """Give a table for each service, under its name."""
    return "\n".join(
        f"Of `{service}`:\n\n{table(head, of_service)}" for service, of_service in rows.items()
    )


def _narrow(code):
    """Let a code that is wider than its column be broken; the others can be searched for."""
    return breakable(code) if len(code) > WIDEST else code


def common_error_codes():
    """Tell which codes every operation has, and which only a planned fault brings about."""
    planned = dict.fromkeys(it.error for it in _declared() if it.planned)
    shared = [
        name
        for name, error in vars(errors).items()
        if isinstance(error, type)
        and issubclass(error, errors.ServiceError)
        and error not in NOT_ANSWERED
    ]
    return (
        "† For callers who are held to policies. Every operation also has what AWS's services "
        f"share: {listed(sorted(shared))}. Nothing but `aws.faults` brings about "
        f"{listed(planned)}, and ThrottlingException comes from it or from `aws.quotas`.\n"
    )


def unreachable_error_codes():
    """Give what the model declares and nothing can reach, with the reason."""
    unreachable = {}
    for it in _declared():
        if it.why_not:
            unreachable.setdefault(it.service, []).append((it.operation, (it.error, it.why_not)))
    return _by_service(
        ["Operations", "Error code", "Why nothing reaches it"],
        {
            service: (
                [", ".join(operations), error, why] for (error, why), operations in grouped(pairs)
            )
            for service, pairs in unreachable.items()
        },
    )

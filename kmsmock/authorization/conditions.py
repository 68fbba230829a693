"""Condition operators: what a statement's Condition asks of a request.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
and reference_policies_condition-single-vs-multi-valued-context-keys.html there.
"""

from __future__ import annotations

import ipaddress
import operator
from collections.abc import Callable
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from kmsmock.authorization.variables import equals, matches
from kmsmock.domain.principal import ContextValues

if TYPE_CHECKING:
    from kmsmock.authorization.policy import Condition

Test = Callable[[str, str, ContextValues, str], bool]
"""Compares a value of the request with one of the condition, in a context and a version."""


def is_met(condition: Condition, context: ContextValues, version: str) -> bool:
    """Tell whether a request meets a condition.

    Args:
        version: of the policy language; variables are read in 2012-10-17 only.
    """
    quantifier, test, negated, if_exists = _read(condition.operator)
    values = context.get(condition.key.lower(), ())
    if test == "null":
        return any((wanted.lower() == "true") == (not values) for wanted in condition.values)
    if not values and if_exists:
        return True

    def fits(value: str) -> bool:
        one = any(_TESTS[test](value, wanted, context, version) for wanted in condition.values)
        return one != negated

    if quantifier == "forallvalues":
        return all(map(fits, values))
    if quantifier == "foranyvalue":
        return any(map(fits, values))
    if not values:
        return negated
    # Assumed: without a set operator, a condition key with several values is taken as an array is.
    return (all if negated else any)(map(fits, values))


def _read(operator_text: str) -> tuple[str, str, bool, bool]:
    """Take an operator apart: set operator, test, whether negated, whether IfExists."""
    quantifier, _, test = operator_text.lower().rpartition(":")
    if_exists = test.endswith("ifexists")
    test = test.removesuffix("ifexists")
    negated = "not" in test
    return quantifier, test.replace("not", ""), negated, if_exists


def _string_equals(value: str, wanted: str, context: ContextValues, version: str) -> bool:
    return equals(value, wanted, context, version, case=True)


def _string_equals_ignore_case(
    value: str, wanted: str, context: ContextValues, version: str
) -> bool:
    return equals(value, wanted, context, version, case=False)


def _arn_like(value: str, wanted: str, context: ContextValues, version: str) -> bool:
    """Compare ARNs part by part; ArnEquals does the same."""
    parts, patterns = value.split(":", 5), wanted.split(":", 5)
    if "${" in wanted:  # the colons of a variable are no separators
        return matches(value, wanted, context, version)
    return len(parts) == len(patterns) and all(
        matches(part, pattern, context, version)
        for part, pattern in zip(parts, patterns, strict=True)
    )


def _bool(value: str, wanted: str, context: ContextValues, version: str) -> bool:
    is_boolean = value.lower() in ("true", "false")
    return is_boolean and equals(value, wanted, context, version, case=False)


def _numeric(compare: Callable[[Decimal, Decimal], bool]) -> Test:
    def test(value: str, wanted: str, _context: ContextValues, _version: str) -> bool:
        try:
            return compare(Decimal(value), Decimal(wanted))
        except InvalidOperation:
            return False

    return test


def _date(compare: Callable[[datetime, datetime], bool]) -> Test:
    def test(value: str, wanted: str, _context: ContextValues, _version: str) -> bool:
        try:
            return compare(_time(value), _time(wanted))
        except (ValueError, OverflowError):
            return False

    return test


def _time(text: str) -> datetime:
    """Read W3C's form of ISO 8601, or seconds since 1970 UTC."""
    try:
        return datetime.fromtimestamp(float(text), timezone.utc)
    except ValueError:
        # Python 3.10 does not know Z.
        time = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return time if time.tzinfo else time.replace(tzinfo=timezone.utc)


def _ip_address(value: str, wanted: str, _context: ContextValues, _version: str) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


_COMPARISONS = {
    "equals": operator.eq,
    "lessthan": operator.lt,
    "lessthanequals": operator.le,
    "greaterthan": operator.gt,
    "greaterthanequals": operator.ge,
}
_TESTS: dict[str, Test] = {
    "stringequals": _string_equals,
    "stringequalsignorecase": _string_equals_ignore_case,
    "stringlike": matches,
    "arnequals": _arn_like,
    "arnlike": _arn_like,
    "bool": _bool,
    "binaryequals": _string_equals,
    "ipaddress": _ip_address,
    **{f"numeric{name}": _numeric(compare) for name, compare in _COMPARISONS.items()},
    **{f"date{name}": _date(compare) for name, compare in _COMPARISONS.items()},
}
"""Operator in lower case, without its set operator, `Not` and `IfExists` -> its test."""

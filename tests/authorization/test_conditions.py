"""Condition operators, judged without a call: what a condition says of a request's keys."""

import pytest

from kmsmock.authorization.conditions import is_met
from kmsmock.authorization.policy import Condition

ARN = "arn:aws:iam::123456789012:role/service/App"


def rows(*table):
    """Rows named by operator, condition and request."""
    return pytest.mark.parametrize(
        ("operator", "wanted", "given", "met"),
        table,
        ids=[f"{row[0]} {row[1]} of {row[2]}: {row[3]}" for row in table],
    )


def judge(operator, wanted, given, version="2012-10-17"):
    """Whether the condition on the key `aws:K` is met; None for a request without it."""
    wanted = (wanted,) if isinstance(wanted, str) else tuple(wanted)
    values = {} if given is None else {"aws:k": (given,) if isinstance(given, str) else given}
    return is_met(Condition(operator, "aws:K", wanted), values, version)


@rows(
    ("StringEquals", "a", "a", True),
    ("StringEquals", "a", "A", False),
    ("StringEquals", ("a", "b"), "b", True),
    ("StringEquals", "a*", "ab", False),
    ("StringEquals", "a", None, False),
    ("stringequals", "a", "a", True),
    ("StringNotEquals", "a", "b", True),
    ("StringNotEquals", "a", "a", False),
    ("StringNotEquals", ("a", "b"), "b", False),
    ("StringNotEquals", "a", None, True),
    ("StringEqualsIgnoreCase", "a", "A", True),
    ("StringEqualsIgnoreCase", "a", "b", False),
    ("StringNotEqualsIgnoreCase", "a", "A", False),
    ("StringNotEqualsIgnoreCase", "a", "b", True),
    ("StringLike", "a*", "abc", True),
    ("StringLike", "a?", "abc", False),
    ("StringLike", "*", "", True),
    ("StringLike", "A*", "abc", False),
    ("StringLike", "*", None, False),
    ("StringNotLike", "a*", "abc", False),
    ("StringNotLike", "a*", "bc", True),
    ("StringNotLike", "a*", None, True),
    ("StringEquals", "a", ("b", "a"), True),
    ("StringEquals", "c", ("b", "a"), False),
    ("StringNotEquals", "a", ("b", "a"), False),
    ("StringNotEquals", "c", ("b", "a"), True),
)
def test_strings(operator, wanted, given, met):
    """Strings are compared with case unless it is ignored; wildcards are for Like alone."""
    assert judge(operator, wanted, given) is met


@rows(
    ("ArnEquals", ARN, ARN, True),
    ("ArnEquals", "arn:aws:iam::*:role/service/*", ARN, True),
    ("ArnEquals", "arn:aws:iam::*", ARN, False),
    ("ArnEquals", "*", ARN, False),
    ("ArnLike", "${aws:K}", ARN, True),
    ("ArnLike", "arn:aws:lambda:*:*:function:*", "arn:aws:lambda:us-east-1:1:function:f:1", True),
    ("ArnLike", "arn:aws:lambda:*:*:*", "arn:aws:lambda:us-east-1:1:function:f:1", True),
    ("StringLike", "?${aws:x, 'b'}*", "abcd", True),
    ("StringLike", "?${aws:x, 'b'}", "bb", True),
    ("StringLike", "?${aws:x, 'b'}", "b", False),
    ("ArnEquals", "arn:aws:iam::123456789012:role/*", "role/App", False),
    ("ArnLike", "arn:aws:*::123456789012:role/*/App", ARN, True),
    ("ArnLike", "arn:aws:iam::44445555666?:role/*", ARN, False),
    ("ArnNotEquals", ARN, ARN, False),
    ("ArnNotLike", "arn:aws:iam::*:user/*", ARN, True),
    ("ArnNotLike", "arn:aws:iam::*:user/*", None, True),
    ("ArnLike", ARN, None, False),
)
def test_arns(operator, wanted, given, met):
    """ARNs are compared part by part, and ArnEquals knows wildcards as ArnLike does."""
    assert judge(operator, wanted, given) is met


@rows(
    ("Bool", "true", "true", True),
    ("Bool", "True", "true", True),
    ("Bool", "true", "false", False),
    ("Bool", "false", "false", True),
    ("Bool", "false", None, False),
    ("BoolIfExists", "false", None, True),
    ("Bool", "123", "123", False),
)
def test_booleans(operator, wanted, given, met):
    """Only true and false are booleans."""
    assert judge(operator, wanted, given) is met


@rows(
    ("NumericEquals", "7", "7", True),
    ("NumericEquals", "7", "7.0", True),
    ("NumericEquals", "7", "8", False),
    ("NumericNotEquals", "7", "8", True),
    ("NumericLessThan", "8", "7", True),
    ("NumericLessThan", "7", "7", False),
    ("NumericLessThanEquals", "7", "7", True),
    ("NumericGreaterThan", "7", "10", True),
    ("NumericGreaterThan", "7", "7", False),
    ("NumericGreaterThanEquals", "7", "7", True),
    ("NumericGreaterThanEquals", "7", "six", False),
    ("NumericGreaterThanEquals", "7", None, False),
)
def test_numbers(operator, wanted, given, met):
    """Numbers are compared as numbers: ten is more than seven."""
    assert judge(operator, wanted, given) is met


@rows(
    ("DateEquals", "2026-01-01T00:00:00Z", "1767225600", True),
    ("DateEquals", "1767225600", "2026-01-01T00:00:00Z", True),
    ("DateEquals", "2026-01-01", "2026-01-01T00:00:00Z", True),
    ("DateEquals", "2026-01-01T01:00:00+01:00", "1767225600", True),
    ("DateNotEquals", "2026-01-01T00:00:00Z", "1767225601", True),
    ("DateLessThan", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", True),
    ("DateLessThan", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", False),
    ("DateLessThanEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", True),
    ("DateGreaterThan", "2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", True),
    ("DateGreaterThanEquals", "2026-01-01T00:00:00Z", "soon", False),
)
def test_dates(operator, wanted, given, met):
    """Dates are ISO 8601 or seconds since 1970, on either side."""
    assert judge(operator, wanted, given) is met


@rows(
    ("IpAddress", "203.0.113.9/24", "203.0.113.7", True),
    ("IpAddress", "203.0.113.0/24", "203.0.113.7", True),
    ("IpAddress", "203.0.113.0/24", "203.0.114.7", False),
    ("IpAddress", "203.0.113.7", "203.0.113.7", True),
    ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
    ("IpAddress", "2001:db8::/32", "203.0.113.7", False),
    ("NotIpAddress", "203.0.113.0/24", "198.51.100.1", True),
    ("NotIpAddress", "203.0.113.0/24", "203.0.113.7", False),
    ("NotIpAddress", "203.0.113.0/24", None, True),
    ("IpAddress", "nowhere", "203.0.113.7", False),
)
def test_addresses(operator, wanted, given, met):
    """Addresses are compared with networks, of IPv4 and of IPv6."""
    assert judge(operator, wanted, given) is met


@rows(
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
    ("BinaryEquals", "QmluYXJ5", "qmluYXJ5", False),
)
def test_binary(operator, wanted, given, met):
    """Binary values are compared in base64, byte by byte."""
    assert judge(operator, wanted, given) is met


@rows(
    ("Null", "true", None, True),
    ("Null", "true", "a", False),
    ("Null", "false", "a", True),
    ("Null", "false", None, False),
    ("Null", "true", (), True),
    ("Null", ("true", "false"), "a", True),
    ("StringEqualsIfExists", "a", None, True),
    ("StringEqualsIfExists", "a", "b", False),
    ("StringNotEqualsIfExists", "a", None, True),
    ("StringNotEqualsIfExists", "a", "a", False),
    ("NumericLessThanIfExists", "7", None, True),
)
def test_absent_keys(operator, wanted, given, met):
    """Null asks for absence; IfExists does not mind it, and negated operators never do."""
    assert judge(operator, wanted, given) is met


@rows(
    ("ForAnyValue:StringEquals", ("a", "b"), ("b", "c"), True),
    ("ForAnyValue:StringEquals", ("a", "b"), ("c",), False),
    ("ForAnyValue:StringEquals", ("a", "b"), None, False),
    ("ForAnyValue:StringLike", "a*", ("x", "ab"), True),
    ("ForAnyValue:StringNotEquals", "a", ("a", "b"), True),
    ("ForAnyValue:StringNotEquals", "a", ("a",), False),
    ("ForAnyValue:StringNotEquals", "a", None, False),
    ("ForAllValues:StringEquals", ("a", "b"), ("a", "b"), True),
    ("ForAllValues:StringEquals", ("a", "b"), ("a", "c"), False),
    ("ForAllValues:StringEquals", ("a", "b"), None, True),
    ("ForAllValues:StringNotEquals", "a", ("b", "c"), True),
    ("ForAllValues:StringNotEquals", "a", ("a", "b"), False),
    ("ForAllValues:StringEqualsIfExists", "a", None, True),
    ("ForAnyValue:StringEqualsIfExists", "a", None, True),
    ("foranyvalue:stringequals", "a", ("a",), True),
)
def test_sets(operator, wanted, given, met):
    """Set operators look at all values of a key; ForAllValues is met by none at all."""
    assert judge(operator, wanted, given) is met


def variable(wanted, given, values, version="2012-10-17", operator="StringEquals"):
    """Whether a condition whose value has variables is met."""
    context = {"aws:k": (given,), **{name: tuple(known) for name, known in values.items()}}
    return is_met(Condition(operator, "aws:k", (wanted,)), context, version)


@pytest.mark.parametrize(
    ("wanted", "given", "values", "met"),
    [
        ("${aws:username}", "Ann", {"aws:username": ["Ann"]}, True),
        ("${AWS:UserName}-1", "Ann-1", {"aws:username": ["Ann"]}, True),
        ("${aws:username}", "Bob", {"aws:username": ["Ann"]}, False),
        ("${aws:username}", "Ann", {}, False),
        ("Ann${aws:username}", "Ann", {}, False),
        ("${aws:username, 'nobody'}", "nobody", {}, True),
        ("${aws:username, 'X'}", "X", {}, True),
        ("${aws:username, 'nobody'}", "Ann", {"aws:username": ["Ann"]}, True),
        ("${aws:tagkeys}", "a", {"aws:tagkeys": ["a", "b"]}, False),
        ("${*}", "*", {}, True),
        ("${$}{x}", "${x}", {}, True),
        ("${?}", "?", {}, True),
    ],
)
def test_policy_variables(wanted, given, values, met):
    """A variable stands for the value of a key; without one, and without default, for nothing."""
    assert variable(wanted, given, values) is met


@pytest.mark.parametrize(
    ("wanted", "given", "values", "met"),
    [
        ("${aws:username}/*", "Ann/x", {"aws:username": ["Ann"]}, True),
        ("${aws:username}/*", "Bob/x", {"aws:username": ["*"]}, False),
        ("a${*}", "ab", {}, False),
        ("a${*}", "a*", {}, True),
        ("${aws:username}*", "Ann", {}, False),
    ],
)
def test_wildcards_out_of_a_variable_are_plain_characters(wanted, given, values, met):
    """Only wildcards that stand in the policy are wildcards."""
    assert variable(wanted, given, values, operator="StringLike") is met


def test_variable_without_a_value_matches_negated_operators():
    """It equals nothing, and so differs from everything."""
    assert variable("${aws:username}", "Ann", {}, operator="StringNotEquals")


def test_the_old_version_has_no_variables():
    """In version 2008-10-17 a variable is plain text."""
    known = {"aws:username": ["Ann"]}

    assert not variable("${aws:username}", "Ann", known, version="2008-10-17")
    assert variable("${aws:username}", "${aws:username}", known, version="2008-10-17")

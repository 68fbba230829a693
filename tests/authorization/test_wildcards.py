"""`*` and `?` in policies: what they match, and that hostile ones cost no more than others."""

import json
from fnmatch import fnmatchcase

import pytest
from expect import refused
from hypothesis import given, settings
from hypothesis import strategies as st
from policies import ROOT, allow, policy

from kmsmock.authorization.variables import matches
from kmsmock.authorization.wildcards import fits

texts = st.text("ab\n", max_size=8)
patterns = st.text("ab*?\n", max_size=8)


@given(texts, patterns)
@settings(max_examples=500)
def test_wildcards_are_those_of_file_names(text, pattern):
    """Any characters for `*`, one for `?`, line ends among them: as Python's fnmatch has it."""
    assert fits(text, pattern) == fnmatchcase(text, pattern)


@given(texts, texts, patterns)
def test_wildcards_beside_a_variable_are_those_of_file_names(value, text, pattern):
    """The value of a variable stands as it is, wherever it is in the pattern."""
    context = {"aws:username": (value,)}

    found = matches(text, "${aws:username}" + pattern, context, "2012-10-17")

    assert found == fnmatchcase(text, value + pattern)


@pytest.mark.parametrize(
    ("text", "pattern", "fit"),
    [
        ("kms:Decrypt", "KMS:d*T", True),
        ("kms:Decrypt", "kms:*x*", False),
        ("KMS:Decrypt", "kms:Dec?ypt", True),
    ],
)
def test_actions_have_no_case(text, pattern, fit):
    """Wildcards between letters of another case."""
    assert fits(text, pattern, ignore_case=True) == fit


@pytest.mark.parametrize("text", ["[ab]", "a+", "(a)", "a|b", ".", "^a$", "\\w", "a{2}", "${x}"])
def test_nothing_else_is_special(text):
    """Signs of regular expressions and of shells are characters."""
    assert fits(text, text)
    assert fits(text, f"*{text}*")
    assert not fits("aa", text)


STARS = {
    "stars and letters": "*a" * 16_000 + "b",
    "stars and question marks": "*?" * 16_000 + "b",
    "stars in pairs": "**a" * 10_000 + "b",
    "a few stars": "*a*a*a*a*a*a*a*a*b",
    "stars, question marks, letters": "*?a*a?*?a*a?*?*?*??*b",
    "question marks": "?" * 32_000 + "*?*?*b",
}


@pytest.mark.parametrize("pattern", STARS.values(), ids=STARS)
@pytest.mark.parametrize("length", [60, 8_000, 33_000])
def test_many_wildcards_cost_no_more_than_their_length(pattern, length):
    """As one regular expression most of these would not end within years."""
    text = "a" * length

    assert not fits(text, pattern)
    assert not matches(text, pattern + "${*}", {}, "2012-10-17")


@pytest.mark.parametrize("value", ["${" * 16_000, "${a" * 10_000 + "}", "}" * 9 + "$" * 20_000])
def test_variables_that_never_end_cost_no_more_than_their_length(value):
    """What begins and is not closed is no variable."""
    assert not matches("a" * 8_000, value, {}, "2012-10-17")


@pytest.mark.parametrize("pattern", STARS.values(), ids=STARS)
def test_a_policy_of_wildcards_is_judged(aws, pattern):
    """In actions, resources and conditions, of a key policy that a call is held to."""
    pattern = pattern[:7_000]
    hostile = {
        **allow(["kms:Describe*", f"kms:{pattern}"], principal="*"),
        "Resource": [pattern, "arn:*"],
        "Condition": {"StringLike": {"kms:EncryptionContext:a": [pattern, f"{pattern}${{*}}"]}},
    }
    document = policy(allow(principal=ROOT), hostile)
    kms = aws.client("kms")
    key_id = kms.create_key(Policy=document)["KeyMetadata"]["KeyId"]
    app = aws.client("kms", principal="arn:aws:iam::123456789012:role/App")

    with refused("AccessDeniedException"):
        app.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext={"a": "a" * 4_000})

    assert json.loads(kms.get_key_policy(KeyId=key_id)["Policy"])["Statement"][1] == hostile

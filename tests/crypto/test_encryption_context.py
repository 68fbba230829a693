"""An encryption context has one encoding, and no other context has the same."""

from hypothesis import given
from hypothesis import strategies as st

from kmsmock.crypto.encryption_context import associated_data

contexts = st.dictionaries(st.text(), st.text(), max_size=5)


def test_no_context_is_the_empty_context():
    """No context and an empty one bind nothing."""
    assert associated_data(None) == associated_data({}) == b""


def test_order_does_not_matter():
    """The same pairs in another order are the same context."""
    assert associated_data({"a": "1", "b": "2"}) == associated_data({"b": "2", "a": "1"})


def test_case_matters():
    """Contexts that differ by case only are different."""
    assert associated_data({"Stage": "x"}) != associated_data({"stage": "x"})


def test_strings_are_utf_8_with_their_length_in_front():
    """The encoding is documented, so it stays: 4 bytes of length, then UTF-8."""
    assert associated_data({"é": "b"}) == b"\0\0\0\2\xc3\xa9\0\0\0\1b"


@given(contexts, contexts)
def test_contexts_are_equal_exactly_when_their_bytes_are(one, other):
    """{"a": "bc"} never equals {"ab": "c"}, nor does any other pair of contexts."""
    assert (associated_data(one) == associated_data(other)) == (one == other)


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_character_cannot_move_from_value_to_key(key, value):
    """Moving the border between key and value makes another context."""
    assert associated_data({key: value}) != associated_data({key + value[0]: value[1:]})


def test_a_lone_surrogate_has_bytes_too():
    """JSON can carry half a surrogate pair; it is encoded like any other character."""
    assert associated_data({"\ud800": ""}) != associated_data({"\ud801": ""})

"""Requests made from botocore's model: well-formed, or with one thing wrong.

As JSON has them. Members whose name a world knows values for get one of those, or a near miss.
"""

from datetime import datetime, timezone

from hypothesis import strategies as st

from kmsmock.protocol.model import service_model

NOW = datetime(2030, 1, 1, tzinfo=timezone.utc)
"""Times of requests are around this."""
DAY = 86400

ILL_FORMED = (
    *(None, "", "x" * 9000, "\u0000", "€", "\U0001f511", "AAAA", "=", "arn:", "arn:::::::"),
    *("alias/", "mrk-", "../..", "%00", "${aws:username}", "\u202e", "é" * 300),
    *(0, -1, 2**31, 2**63, 10**30, 0.5, 1e300, True, [], {}, [None], [[]], {"a": None}),
    *({"": ""}, [""], [{}], [0] * 200, {"a": {"a": {"a": {}}}}),
)
"""What breaks one constraint or another, or the type."""

ALTERED = 33
"""So many kinds leave a value as it is, and seven more change it."""


def nearly(value, kind, place):
    """A value of the world, or one that differs from it in a small way."""
    if kind < ALTERED or not isinstance(value, str):
        return value
    at = place % (len(value) + 1)
    altered = (
        lambda: value[:at] + value[at + 1 :],
        lambda: value[:at] + "aZ7-é:/"[place % 7] + value[at:],
        value.swapcase,
        lambda: value[:at],
        lambda: value + value[:at],
        lambda: f" {value}",
        lambda: f"{value}\n",
    )
    return altered[kind - ALTERED]()


class Requests:
    """Strategies for the requests of a service.

    Args:
        values: the name of a member -> values that its requests may have, as JSON has them.
        good: (service, operation) -> requests that succeed, as JSON has them.
    """

    def __init__(self, service, values, good):
        self._model, self._values = service_model(service), values
        self._good = {operation: made for (of, operation), made in good.items() if of == service}
        self._made = {}

    def any(self, operation):
        """Good requests, others that the model allows, and half as many with one thing wrong."""
        shape = self._model.operation_model(operation).input_shape
        if not shape or not shape.members:
            return st.just({})
        good = st.sampled_from(self._good[operation])
        wrong = st.tuples(
            st.sampled_from(sorted(shape.members)), st.integers(0, 5), st.integers(0, 1000)
        )
        varied = st.tuples(good, self._further(shape)).map(lambda both: both[0] | both[1])
        request = st.one_of(good, varied, varied, varied, self.of_shape(shape))
        return st.tuples(request, st.one_of(st.none(), st.none(), wrong)).map(
            lambda drawn: self._spoil(shape, *drawn)
        )

    def _further(self, shape):
        """One or two members of a structure."""
        names = st.lists(st.sampled_from(sorted(shape.members)), min_size=1, max_size=2)

        @st.composite
        def members(draw):
            return {name: draw(self.of_shape(shape.members[name], name)) for name in draw(names)}

        return members()

    def _spoil(self, shape, request, wrong):
        if wrong is None:
            return request
        name, how, which = wrong
        value, spoilt = request.get(name), dict(request)
        if how == 0:
            spoilt.pop(name, None)
        elif how == 1:
            extremes = beyond(shape.members[name])
            spoilt[name] = extremes[which % len(extremes)]
        elif how == 2 and isinstance(value, dict) and value:
            inside = sorted(value)[which % len(value)]
            spoilt[name] = value | {inside: ILL_FORMED[which % len(ILL_FORMED)]}
        elif how == 2 and isinstance(value, list) and value:
            spoilt[name] = [*value, ILL_FORMED[which % len(ILL_FORMED)]]
        else:
            spoilt[name] = ILL_FORMED[which % len(ILL_FORMED)]
        return spoilt

    def of_shape(self, shape, name=""):
        """Values of a shape, drawn from the world where it has some of the name."""
        key = shape.name, name
        if key not in self._made:
            self._made[key] = self._of_name(shape, name)
        return self._made[key]

    def _of_name(self, shape, name):
        if name not in self._values or shape.type_name == "list":
            return FORMS[shape.type_name](self, shape, name)
        known = st.sampled_from(self._values[name])
        if not isinstance(self._values[name][0], str):
            return known
        return st.builds(nearly, known, st.integers(0, ALTERED + 6), st.integers(0, 10_000))

    def structure(self, shape, _name):
        """All required members of a structure, and a few of the others."""
        required = {
            name: self.of_shape(shape.members[name], name) for name in shape.required_members
        }
        optional = [name for name in shape.members if name not in required]
        if not optional:
            return st.fixed_dictionaries(required)

        @st.composite
        def members(draw):
            drawn = {name: draw(value) for name, value in required.items()}
            for place in draw(st.sampled_from(COUNTS)):
                name = optional[place % len(optional)]
                drawn[name] = draw(self.of_shape(shape.members[name], name))
            return drawn

        return members()

    def string(self, shape, _name):
        """Texts within the limits, or exactly at them."""
        if shape.metadata.get("enum"):
            return st.sampled_from(shape.metadata["enum"])
        least, most = shape.metadata.get("min", 0), shape.metadata.get("max", 50)
        some = st.text("abcXYZ019:/_-=+,.@ é", min_size=least, max_size=min(most, least + 20))
        pattern = shape.metadata.get("pattern", "")
        if pattern and most <= 128 and r"\p" not in pattern:
            some = st.from_regex(pattern, fullmatch=True)
        return some | st.sampled_from(["a" * least, "a" * min(most, 10_000)])

    def list(self, shape, name):
        """Lists of the least length or a bit more, seldom of the greatest."""
        least, most = shape.metadata.get("min", 0), shape.metadata.get("max", 60)
        element = self.of_shape(shape.member, name)
        few = st.lists(element, min_size=min(least, 3), max_size=3)
        return few | few.map(lambda items: (items * most)[:most]) if most < 100 else few

    def map(self, shape, _name):
        """Maps of a few members."""
        return st.dictionaries(self.of_shape(shape.key), self.of_shape(shape.value), max_size=3)

    def integer(self, shape, _name):
        """Numbers of the range, its ends among them."""
        least, most = shape.metadata.get("min", 0), shape.metadata.get("max", 1000)
        return st.integers(least, most) | st.sampled_from([least, most])

    def blob(self, shape, _name):
        """Bytes of the least and the greatest length, and in between."""
        least, most = shape.metadata.get("min", 0), shape.metadata.get("max", 64)
        lengths = sorted({least, max(least, min(most, 32)), min(most, 64), most})
        return st.sampled_from([_zeros(length) for length in lengths])

    def boolean(self, _shape, name):
        """Yes or no; a dry run seldom."""
        return st.booleans() if name != "DryRun" else st.sampled_from([False, False, False, True])

    def timestamp(self, _shape, _name):
        """Times around now, and the ends of what a number can say."""
        near = st.integers(-30, 500).map(lambda days: NOW.timestamp() + DAY * days)
        return near | st.sampled_from([0, -1, 253402300799, 253402300800, 1e15, -1e15, 0.5])


FORMS = {
    "structure": Requests.structure,
    "string": Requests.string,
    "list": Requests.list,
    "map": Requests.map,
    "integer": Requests.integer,
    "long": Requests.integer,
    "blob": Requests.blob,
    "boolean": Requests.boolean,
    "timestamp": Requests.timestamp,
}

COUNTS = [
    (),
    *((place,) for place in range(13)),
    *((place, place + step) for place in range(13) for step in (1, 2, 3, 5)),
    *((place, place + 1, place + step) for place in range(13) for step in (2, 4, 6)),
]
"""Which of the optional members are there, counted around."""


def beyond(shape):
    """Values just outside the limits of a shape, or of another type."""
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max", 50)
    return {
        "string": lambda: ["a" * max(0, least - 1), "a" * (most + 1), "é" * (most + 1), 1, ["a"]],
        "integer": lambda: [least - 1, most + 1, 2**31, 2**63, -(2**63), 1.5, 1e30, "1"],
        "blob": lambda: [_zeros(max(0, least - 1)), _zeros(most + 1), "A", "A===", "????", 1],
        "list": lambda: [[], [None] * (most + 1), ["a"] * (most + 1), {}, "a"],
        "map": lambda: [{"": ""}, {str(number): "a" for number in range(999)}, [], {"a": 1}],
        "boolean": lambda: ["true", 1, 0, "", None, []],
        "timestamp": lambda: ["2024-01-01T00:00:00Z", 1e300, -1e300, 1e14, "1", True],
        "structure": lambda: [{}, [], "", {"": {}}, {"a": 1}, [{}]],
    }.get(shape.type_name, lambda: list(ILL_FORMED))()


def _zeros(length):
    """So many zero bytes in base64."""
    whole, rest = divmod(length, 3)
    return "AAAA" * whole + ("", "AA==", "AAA=")[rest]

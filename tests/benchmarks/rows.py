"""The rows of the table: the goals, and which sides a row is measured on."""

from typing import NamedTuple

from scenes import SCENES


class Goal(NamedTuple):
    """What kmsmock may cost at most.

    Attributes:
        limit: a multiple of the basis.
        basis: the sides whose sum is the basis.
        unit: what the basis is called.
    """

    limit: float
    basis: tuple[str, ...] = ("floor",)
    unit: str = "floor"


class Row(NamedTuple):
    """A row.

    Attributes:
        sides: for each side which worker takes its samples, and how the measure is called there.
        goals: the first one is drawn.
        without_moto: why there is nothing of moto.
        note: what the README adds to the title.
    """

    title: str
    goals: tuple[Goal, ...]
    sides: dict[str, tuple[str, str]]
    without_moto: str = ""
    note: str = ""


def _call(name, limit, **raw):
    sides = {side: (side, f"{side}/{name}") for side in ("kmsmock", "moto")}
    sides |= {side: ("kmsmock", f"{side}/{name}") for side in ("floor", *raw)}
    unit = " + ".join(["floor", *raw.values()])
    return Row(name, (Goal(limit, ("floor", *raw), f"({unit})" if raw else unit),), sides)


_LIMITS = {
    **dict.fromkeys(("DescribeKey", "ListAliases", "ListKeys of 100"), 1.15),
    **dict.fromkeys(("Encrypt", "Decrypt", "GenerateDataKey", "GenerateMac"), 1.25),
    "Sign ECC_NIST_P256": 1.25,
    "Sign RSA_2048": 1.15,
    "Sign RSA_4096": 1.15,
    "CreateKey": 1.25,
    "CreateKey RSA_4096": 3,
}

CALLS = [
    _call(name, _LIMITS[name], **({"raw": "raw signature"} if name.startswith("Sign RSA") else {}))
    for name in SCENES
]

WORLDS = [
    Row(
        "enter and leave",
        (Goal(0.5),),
        {
            "kmsmock": ("kmsmock", "kmsmock/enter and leave"),
            "floor": ("kmsmock", "floor/DescribeKey"),
            "moto": ("moto", "moto/enter and leave"),
        },
    ),
    Row(
        "an ordinary test",
        (Goal(6, ("warm client",), "warm client"), Goal(1 / 8, ("moto",), "moto")),
        {
            "kmsmock": ("kmsmock", "kmsmock/ordinary test"),
            "warm client": ("kmsmock", "warm client"),
            "moto": ("moto", "moto/ordinary test"),
        },
    ),
    Row(
        "snapshot and rollback, 1,000 keys",
        (Goal(5),),
        {
            "kmsmock": ("world 1000 0 0", "snapshot and rollback"),
            "floor": ("kmsmock", "floor/DescribeKey"),
        },
        "has none",
    ),
]

IMPORT = Row(
    "import, after boto3",
    (Goal(0.1, ("boto3",), "import of boto3"),),
    {"kmsmock": ("import", "kmsmock"), "boto3": ("import", "boto3"), "moto": ("import", "moto")},
)


class Kept(NamedTuple):
    """A row of bytes.

    Attributes:
        limit: how many; None if there is no goal.
        calls: how many calls are made, in a quick run and else; of moto as its patience allows.
    """

    title: str
    operation: str
    limit: int | None = None
    calls: tuple[int, int] = (1_000, 10_000)
    calls_of_moto: tuple[int, int] = calls


KEPT = [
    Kept("memory of a symmetric key", "CreateKey", 4096, calls_of_moto=(20, 100)),
    Kept("memory of the event of a call, Encrypt of 4 KiB", "Encrypt"),
]

SMALL, LARGE, QUITE_LARGE = (100, 100, 100), (50_000, 5_000, 5_000), (5_000, 1_000, 1_000)
"""Keys, aliases, and grants on a key."""


class Growth(Row):
    """A row of a call in a large world beside a small one."""

    __slots__ = ()


def growth_row(name, *, quick):
    """Give the row of a call."""
    large = QUITE_LARGE if quick else LARGE
    sides = {"kmsmock": large, "small": SMALL}
    return Growth(
        f"{name}, {large[0]:,} keys",
        (Goal(1.3, ("small",), f"its cost at {SMALL[0]} keys"),),
        {side: (" ".join(["world", *map(str, sizes)]), name) for side, sizes in sides.items()},
        "not measured",
    )


GROWING = [
    "DescribeKey by alias",
    "Encrypt",
    "Decrypt by a grantee",
    "ListKeys of 100",
    "ListKeys of 50 in the middle",
    "ListAliases of a key",
    "ListAliases of 100",
    "ListGrants of 100",
    "CreateGrant, RevokeGrant",
    "CreateAlias, DeleteAlias",
    "CreateKey",
]

TITLES = [row.title for row in (*CALLS, *WORLDS, IMPORT, *KEPT)]


def place(row):
    """Say where a row is in the table, whatever the order in which the rows were measured."""
    return TITLES.index(row.title) if row.title in TITLES else len(TITLES)

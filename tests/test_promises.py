"""What the source promises as a whole: who imports whom, who knows what, nothing forgotten."""

import ast
import inspect
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import kmsmock
import kmsmock.pipeline
from kmsmock import errors
from kmsmock.errors import cloudhsmv2 as cloudhsm_errors
from kmsmock.errors import kms as kms_errors
from kmsmock.operation import OPERATIONS, Operation
from kmsmock.protocol.model import SERVICES, operation_model, service_model

PACKAGE = Path(kmsmock.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

# From top to bottom. A room imports from lower lines only, and from itself; the rooms of one line
# do not know each other unless they are the uppermost, which join everything.
ROOMS = [
    {"__main__"},
    {"tour"},
    {
        "mock",
        "activation",
        "display",
        "decoration",
        "handle",
        "levers",
        "saved_worlds",
        "pytest_plugin",
    },
    {"interception"},
    {"pipeline"},
    {"kms", "cloudhsmv2", "cloudhsm_cli"},
    {"trail", "obstacles"},
    {"authorization"},
    {"operation"},
    {"call"},
    {"protocol"},
    {"world"},
    {"snapshots"},
    {"controls"},
    {"xks_proxy"},
    {"domain"},
    {"crypto"},
    {"errors"},
]
JOINING = ROOMS[2]
LEVEL = {room: level for level, rooms in enumerate(ROOMS) for room in rooms}


def module_of(path):
    """A file's module, `kmsmock.domain.key`; a package's is its folder's."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module):
    """The room of a module: the part after `kmsmock`, or "" for the package itself."""
    return [*module.split("."), ""][1]


def runtime_imports(path):
    """The modules that a file imports when it runs, also inside functions."""
    module = module_of(path)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in _running(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*parents, *([node.module] if node.module else [])])
            source = base if node.level else node.module
            # `from kmsmock import mock` imports a module; the public names are all the mock's.
            if source == "kmsmock":
                yield from (
                    f"kmsmock.{'mock' if alias.name in kmsmock.__all__ else alias.name}"
                    for alias in node.names
                )
            else:
                yield source


def _running(tree):
    """All nodes but those under `if TYPE_CHECKING:`, which only a type checker reads."""
    todo = [tree]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            todo.extend(node.orelse)
        else:
            todo.extend(ast.iter_child_nodes(node))


files = pytest.mark.parametrize("path", FILES, ids=[module_of(path) for path in FILES])


@files
def test_every_file_is_in_a_known_room(path):
    """A new room must be given its place in the order first."""
    assert room_of(module_of(path)) in {"", *LEVEL}


@files
def test_a_room_imports_from_lower_rooms_only(path):
    """Imports point down; `kmsmock/__init__.py` may name the public names."""
    room = room_of(module_of(path))
    used = {room_of(name) for name in runtime_imports(path) if name.split(".")[0] == "kmsmock"}

    upwards = {
        other
        for other in used - {room}
        if room and not (room in JOINING and other in JOINING) and LEVEL[other] <= LEVEL[room]
    }

    assert upwards == set()


def test_the_package_itself_imports_the_mock_only():
    """`kmsmock/__init__.py` holds the public names and nothing else."""
    used = set(runtime_imports(PACKAGE / "__init__.py"))

    assert {room_of(name) for name in used} == {"mock"}


# Module -> the rooms that may import it.
QUARANTINES = {
    "cryptography": {"crypto"},
    "botocore": {
        "interception",
        "protocol",
        "handle",
        "levers",
        "tour",
        "__main__",
    },
    "boto3": {"interception", "handle", "levers", "pytest_plugin", "tour", "__main__"},
    "aiobotocore": {"interception"},
    "responses": {"interception"},
    "requests": {"interception", "xks_proxy"},
    "moto": set(),
    "pytest": {"pytest_plugin"},
    "secrets": {"controls"},
    "random": {"controls"},
    "uuid": {"controls"},
    "time": {"controls"},
}


@files
def test_a_library_is_imported_by_its_own_rooms_only(path):
    """Cryptography belongs to crypto, botocore to interception and protocol, and so on."""
    room = room_of(module_of(path))

    foreign = {
        name
        for name in runtime_imports(path)
        if room not in QUARANTINES.get(name.split(".")[0], {room})
    }

    assert foreign == set()


@files
def test_time_and_randomness_come_from_the_controls(path):
    """Nobody else asks the machine for the time or for random bytes."""
    if room_of(module_of(path)) == "controls":
        return
    forbidden = {"now", "utcnow", "today", "time_ns", "monotonic", "urandom", "uuid1", "uuid4"}
    forbidden |= {"token_bytes", "token_hex", "randbytes", "getrandom"}
    owners = {"datetime", "date", "time", "os", "uuid", "secrets", "random"}

    calls = {
        ast.unparse(node)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, (ast.Name, ast.Attribute))
        if ast.unparse(node.value).split(".")[-1] in owners
        if node.attr in forbidden or ast.unparse(node) == "time.time"
    }

    assert calls == set()


def test_the_reader_of_imports_sees_every_form(tmp_path, monkeypatch):
    """Absolute, relative, inside functions; but not what only a type checker reads."""
    package = tmp_path / "kmsmock" / "domain"
    package.mkdir(parents=True)
    path = package / "key.py"
    path.write_text(
        "import json, kmsmock.world\n"
        "from kmsmock import call, current\n"
        "from . import alias\n"
        "from .. import mock\n"
        "from ..crypto.rsa import sign\n"
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n"
        "    import boto3\n"
        "else:\n"
        "    import botocore\n"
        "def late():\n"
        "    from kmsmock.errors import ServiceError\n"
    )
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path / "kmsmock")

    assert set(runtime_imports(path)) == {
        "json",
        "kmsmock.world",
        "kmsmock.call",
        "kmsmock.domain",
        "kmsmock.mock",
        "kmsmock.crypto.rsa",
        "typing",
        "botocore",
        "kmsmock.errors",
    }


# Errors

ERRORS = {"kms": kms_errors, "cloudhsmv2": cloudhsm_errors}

# Errors that clients see and no model has, by module, each with its reason.
BEYOND_THE_MODELS = {
    errors: {
        "ServiceError",  # the base of them all, never raised itself
        "AccessDeniedException",  # common to all of AWS's services
        "IncompleteSignatureException",  # as above
        "MissingAuthenticationTokenException",  # as above
        "SerializationException",  # the protocol's
        "UnknownOperationException",  # as above
        "UnrecognizedClientException",  # common to all of AWS's services
        "ThrottlingException",  # common to all of AWS's services
        "ValidationException",  # KMS answers it, its model does not say so (recorded.md, 1)
        "NotImplementedByKmsmock",  # ours, for what is not built yet
    },
    kms_errors: {
        "NotAuthorizedException",  # for aliases that are AWS's own (kms-operations.md, 1)
    },
    cloudhsm_errors: set(),
}


def own_errors(module):
    return {
        name
        for name, value in vars(module).items()
        if inspect.isclass(value) and value.__module__ == module.__name__
    }


def modelled_errors(service):
    model = service_model(service)
    return {name for name in model.shape_names if model.shape_for(name).metadata.get("exception")}


@pytest.mark.parametrize("service", SERVICES)
def test_every_modelled_error_has_a_class_of_its_name(service):
    """A new botocore with a new error fails here first."""
    assert modelled_errors(service) - own_errors(ERRORS[service]) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_every_error_of_a_service_is_modelled(service):
    """No error is invented, those listed with their reasons aside."""
    module = ERRORS[service]

    assert own_errors(module) - modelled_errors(service) - BEYOND_THE_MODELS[module] == set()


def test_every_common_error_has_a_reason():
    """Errors of no single service are few and listed."""
    assert own_errors(errors) - BEYOND_THE_MODELS[errors] == set()


@pytest.mark.parametrize("module", [errors, kms_errors, cloudhsm_errors])
def test_every_error_is_explained(module):
    """Each class says when AWS answers it, and is a ServiceError."""
    for name in own_errors(module):
        error = getattr(module, name)
        assert error.__doc__
        assert issubclass(error, errors.ServiceError)
        assert error.status in range(400, 600)


# Operations


SINCE_BOTOCORE_1_44 = {("kms", "Encapsulate"), ("kms", "Decapsulate")}


@pytest.mark.parametrize("named", sorted(OPERATIONS), ids=".".join)
def test_every_operation_is_the_models(named):
    """What is declared exists, under that service and that name."""
    operation = OPERATIONS[named]

    assert isinstance(operation, Operation)
    assert (operation.service, operation.name) == named
    assert operation_model(*named) is not None or named in SINCE_BOTOCORE_1_44


@pytest.mark.parametrize("named", sorted(OPERATIONS), ids=".".join)
def test_every_operation_is_a_function_of_its_targets(named):
    """The handler takes call and request, and one resource for each target."""
    operation = OPERATIONS[named]

    parameters = inspect.signature(operation.handler).parameters

    assert len(parameters) == 2 + len(operation.targets)
    assert operation.handler.__doc__


# Imports


@cache
def loaded_after(statement):
    """The modules that a fresh Python has loaded after a statement."""
    script = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    finished = subprocess.run(  # noqa: S603 - the interpreter that runs this very test
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(json.loads(finished.stdout))


@pytest.mark.parametrize(
    "library",
    ["cryptography", "responses", "moto", "aiobotocore", "pytest", "botocore", "boto3", "requests"],
)
def test_importing_kmsmock_loads_no_library(library):
    """The import costs nothing until a mock is entered."""
    assert library not in loaded_after("import kmsmock")


def test_importing_kmsmock_beside_boto3_loads_a_handful_of_modules():
    """Who uses boto3 has nearly everything already."""
    more = loaded_after("import boto3, kmsmock") - loaded_after("import boto3")

    assert len(more) <= 8, sorted(more)


@pytest.mark.parametrize("library", ["moto", "pytest", "aiobotocore", "hypothesis"])
def test_using_the_mock_loads_no_library_of_tests(library):
    """The mock needs its declared dependencies alone."""
    used = loaded_after(
        "import boto3, kmsmock\n"
        "with kmsmock.mock_kms_cloudhsm():\n"
        "    boto3.client('kms').create_key()\n"
        "    boto3.client('cloudhsmv2').describe_clusters()"
    )

    assert library not in used


def test_the_package_is_typed():
    """`py.typed` tells type checkers to read the annotations."""
    assert (PACKAGE / "py.typed").is_file()

"""The rest of AWS: which of its requests may leave the process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Literal

from botocore.exceptions import UnknownServiceError
from botocore.loaders import create_loader
from botocore.model import ServiceModel
from botocore.utils import EVENT_ALIASES

OtherServices = Literal["refuse", "pass"] | Iterable[str]


class OtherServiceRefused(RuntimeError):
    """A request to another AWS service, which nothing answers; it was not sent."""


class PassingServices:
    """The other services whose requests may leave the process.

    Args:
        other_services: "refuse" for none, "pass" for all, or their names, as `boto3.client` takes
            them.

    Raises:
        ValueError: it is none of these, or botocore knows no service of a name.
    """

    def __init__(self, other_services: OtherServices) -> None:
        if other_services not in ("refuse", "pass") and (
            isinstance(other_services, (str, bytes)) or not isinstance(other_services, Iterable)
        ):
            raise ValueError(
                'other_services must be "refuse", "pass" or a list of services, '
                f"not {other_services!r}"
            )
        self._all = other_services == "pass"
        self._names = () if isinstance(other_services, str) else tuple(other_services)
        self._service_ids = frozenset(_service_id(name) for name in self._names)

    def includes(self, service_id: str) -> bool:
        """Tell whether a service is one of them, by its id in botocore's events."""
        return self._all or service_id in self._service_ids

    def includes_host(self, labels: Sequence[str], signing_name: str) -> bool:
        """Tell whether a host is one of theirs, by its name or by what the request is signed for.

        Args:
            labels: the host's name before AWS's own domain, in its parts.
            signing_name: the service in the signature; empty without one.
        """
        return self._all or any(
            signing_name == own or any(f"{label}-".startswith(f"{own}-") for label in labels)
            for name in self._names
            for own in _names_in_requests(name)
        )


class Gate:
    """Refuses the requests to other services that none of the active mocks lets through."""

    def __init__(self) -> None:
        self._passing: list[PassingServices] = []

    def let_pass(self, passing: PassingServices) -> None:
        """Let other services' requests that nobody answers through, beside those let so far."""
        self._passing.append(passing)

    def let_pass_no_more(self, passing: PassingServices) -> None:
        """Take back one `let_pass`."""
        self._passing.remove(passing)

    def judge_call(self, service_id: str, operation: str) -> None:
        """Judge a botocore client's call.

        Raises:
            OtherServiceRefused: it may not leave the process.
        """
        if not any(passing.includes(service_id) for passing in self._passing):
            name = _name_of(service_id)
            raise _refusal(f"{name} {operation} was called", name)

    def judge_request(self, host: str, labels: Sequence[str], signing_name: str) -> None:
        """Judge a request that an HTTP library sends to a host of AWS's.

        Raises:
            OtherServiceRefused: it may not leave the process.
        """
        if not any(passing.includes_host(labels, signing_name) for passing in self._passing):
            known = create_loader().list_available_services("service-2")
            names = (*(label.removesuffix("-fips") for label in reversed(labels)), signing_name)
            name = next((name for name in names if name in known), None)
            raise _refusal(f"{host} was asked", name)


def _refusal(what: str, name: str | None) -> OtherServiceRefused:
    setting = '"pass"' if name is None else f'["{name}"]'
    return OtherServiceRefused(
        f"{what} while mock_kms_cloudhsm is active, and nothing "
        "answers it here; no request was sent. Mock it as well (moto.mock_aws works beside "
        f"kmsmock), or let it through with mock_kms_cloudhsm(other_services={setting})."
    )


@cache
def _service_id(name: str) -> str:
    return str(_model(name).service_id.hyphenize())


@cache
def _names_in_requests(name: str) -> frozenset[str]:
    """Give the names that a service goes by in its hosts and signatures."""
    model = _model(name)
    return frozenset((name, model.endpoint_prefix, model.signing_name))


@cache
def _model(name: str) -> ServiceModel:
    try:
        return ServiceModel(create_loader().load_service_model(name, "service-2"), name)
    except UnknownServiceError:
        raise ValueError(f"other_services names {name!r}, which is no service of AWS") from None


@cache
def _name_of(service_id: str) -> str:
    """Give the name by which `boto3.client` knows a service, the likely ones tried first."""
    names = create_loader().list_available_services("service-2")
    plain = service_id.replace("-", "")
    likely = [n for n in names if n.replace("-", "") == plain or EVENT_ALIASES.get(n) == service_id]
    return next((name for name in (*likely, *names) if _service_id(name) == service_id), service_id)

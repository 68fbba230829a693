"""KMS's side: its four requests to a proxy, and what it refuses in the answers.

Source: xks-proxy.md section 1.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast, get_args

from kmsmock.crypto.ciphertext import OuterCiphertext
from kmsmock.domain.arn import parse_arn
from kmsmock.domain.external_proxy import (
    MOST_METADATA,
    Cause,
    ExternalKeyMetadata,
    OnKey,
    ProxyConfiguration,
    ProxyFailure,
)
from kmsmock.xks_proxy.signature import sign
from kmsmock.xks_proxy.wire import integrity_value, read_bytes, to_text

if TYPE_CHECKING:
    from kmsmock.xks_proxy.network import ProxyNetwork

Document = dict[str, object]

ERROR_NAMES = frozenset(name for name in get_args(Cause) if name.endswith("Exception"))
HEALTH = ("ACTIVE", "DEGRADED", "UNAVAILABLE")
STATUS = ("ENABLED", "DISABLED")


@dataclass(frozen=True, slots=True)
class Source:
    """Whom a call to KMS comes from, and how, as far as proxies are told.

    Attributes:
        arn: of the principal; of a service its name.
        vpc: the VPC that the call comes from, `vpc-...`.
        vpc_endpoint: the VPC endpoint that it comes through, `vpce-...`.
        via_service: the AWS service that calls for the principal, `ebs`.
    """

    arn: str
    account_id: str
    vpc: str | None = None
    vpc_endpoint: str | None = None
    via_service: str | None = None


@dataclass(frozen=True, slots=True)
class ProxyClient:
    """The way to proxies on behalf of one call to KMS.

    Attributes:
        operation: the operation of KMS.
    """

    network: ProxyNetwork
    region: str
    now: datetime
    request_id: str
    operation: str
    source: Source

    def check_health(self, configuration: ProxyConfiguration) -> None:
        """Ask whether the proxy and a key manager behind it are well.

        Raises:
            ProxyFailure: they are not.
        """
        metadata = {"kmsRequestId": self.request_id, "kmsOperation": self.operation}
        answer = self._post(configuration, "/health", {"requestMetadata": metadata})
        fleet = answer.get("ekmFleetDetails")
        size = answer.get("xksProxyFleetSize")
        if (
            not isinstance(fleet, list)
            or not 1 <= len(fleet) <= 10
            or not all(_is_manager(manager) for manager in fleet)
            or not isinstance(size, int)
            or size < 1
            or not _are_texts(answer, "xksProxyVendor", "xksProxyModel", "ekmVendor")
        ):
            raise ProxyFailure("malformed")
        if all(manager["healthStatus"] == "UNAVAILABLE" for manager in fleet):
            raise ProxyFailure("unhealthy")

    def describe_key(self, configuration: ProxyConfiguration, key_id: str) -> ExternalKeyMetadata:
        """Ask for the metadata of an external key.

        Raises:
            ProxyFailure: there is no proper answer.
        """
        answer = self._ask(configuration, key_id, "metadata", self._caller(), {})
        usage = answer.get("keyUsage")
        if (
            not _are_texts(answer, "keySpec", "keyStatus")
            or answer["keyStatus"] not in STATUS
            or not isinstance(usage, list)
            or len(usage) > 10
            or not all(isinstance(use, str) for use in usage)
        ):
            raise ProxyFailure("malformed")
        return ExternalKeyMetadata(str(answer["keySpec"]), tuple(usage), str(answer["keyStatus"]))

    def encrypt(
        self,
        configuration: ProxyConfiguration,
        key_id: str,
        key_arn: str,
        plaintext: bytes,
        associated_data: bytes,
    ) -> OuterCiphertext:
        """Encrypt under an external key.

        Raises:
            ProxyFailure: there is no proper answer, of the right lengths and integrity.
        """
        request: Document = {
            "plaintext": to_text(plaintext),
            "encryptionAlgorithm": "AES_GCM",
            "additionalAuthenticatedData": to_text(associated_data),
            "ciphertextDataIntegrityValueAlgorithm": "SHA_256",
        }
        answer = self._ask(configuration, key_id, "encrypt", self._caller(key_arn), request)
        try:
            outer = OuterCiphertext(
                read_bytes(answer, "ciphertext"),
                read_bytes(answer, "initializationVector"),
                read_bytes(answer, "authenticationTag"),
                read_bytes(answer, "ciphertextMetadata", default=b""),
            )
            integrity = read_bytes(answer, "ciphertextDataIntegrityValue")
        except ValueError:
            raise ProxyFailure("malformed") from None
        if (
            len(outer.ciphertext) != len(plaintext)
            or len(outer.initialization_vector) not in (12, 16)
            or len(outer.tag) != 16
            or len(outer.metadata) > MOST_METADATA
            or integrity != integrity_value(associated_data, outer)
        ):
            raise ProxyFailure("malformed")
        return outer

    def decrypt(
        self,
        configuration: ProxyConfiguration,
        key_id: str,
        key_arn: str,
        ciphertext: OuterCiphertext,
        associated_data: bytes,
    ) -> bytes:
        """Decrypt what `encrypt` gave.

        Raises:
            ProxyFailure: there is no proper answer.
        """
        request: Document = {
            "ciphertext": to_text(ciphertext.ciphertext),
            "encryptionAlgorithm": "AES_GCM",
            "additionalAuthenticatedData": to_text(associated_data),
            "initializationVector": to_text(ciphertext.initialization_vector),
            "authenticationTag": to_text(ciphertext.tag),
        }
        if ciphertext.metadata:
            request["ciphertextMetadata"] = to_text(ciphertext.metadata)
        answer = self._ask(configuration, key_id, "decrypt", self._caller(key_arn), request)
        try:
            return read_bytes(answer, "plaintext")
        except ValueError:
            raise ProxyFailure("malformed") from None

    def _caller(self, key_arn: str | None = None) -> Document:
        """Give the requestMetadata of a request about a key.

        The network is told for callers of the key's own account alone.
        """
        source = self.source
        members: dict[str, str | None] = {
            "awsPrincipalArn": source.arn,
            "kmsOperation": self.operation,
            "kmsRequestId": self.request_id,
            "kmsKeyArn": key_arn,
            "kmsViaService": source.via_service,
        }
        key = None if key_arn is None else parse_arn(key_arn)
        if key is not None and key.account == source.account_id:
            members["awsSourceVpc"] = source.vpc
            members["awsSourceVpce"] = source.vpc_endpoint
        return {name: value for name, value in members.items() if value is not None}

    def _ask(
        self,
        configuration: ProxyConfiguration,
        key_id: str,
        api: OnKey,
        metadata: Document,
        request: Document,
    ) -> Document:
        return self._post(
            configuration, f"/keys/{key_id}/{api}", {"requestMetadata": metadata, **request}
        )

    def _post(self, configuration: ProxyConfiguration, path: str, document: Document) -> Document:
        """Send a request; give what a 200 has in it.

        Raises:
            ProxyFailure: with the proxy's error, or what went wrong before there was one.
        """
        url, body = configuration.uri + path, json.dumps(document).encode()
        headers = sign(
            url,
            body,
            configuration.access_key_id,
            configuration.secret_access_key,
            self.region,
            self.now,
        )
        status, content = self.network.post(
            url, headers | {"Content-Type": "application/json"}, body
        )
        try:
            answer = json.loads(content)
        except ValueError:
            raise ProxyFailure("malformed") from None
        if not isinstance(answer, dict):
            raise ProxyFailure("malformed")
        if status != 200:
            name = str(answer.get("errorName"))
            raise ProxyFailure(cast("Cause", name) if name in ERROR_NAMES else "malformed")
        return answer


def _are_texts(document: Document, *names: str) -> bool:
    return all(isinstance(document.get(name), str) for name in names)


def _is_manager(detail: object) -> bool:
    return (
        isinstance(detail, dict)
        and _are_texts(detail, "id", "model", "healthStatus")
        and detail["healthStatus"] in HEALTH
    )

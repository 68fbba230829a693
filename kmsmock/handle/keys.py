"""Keys and ciphertexts that a test must know beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.handle.on_world import OnWorld

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kmsmock.levers.pins import ReadyKey


class KeyLevers(OnWorld):
    """Levers on KMS keys."""

    def kms_key(  # noqa: PLR0913 - what can be chosen of a key
        self,
        *,
        key_id: str | None = None,
        material: bytes | None = None,
        spec: str = "SYMMETRIC_DEFAULT",
        usage: str | None = None,
        aliases: Iterable[str] = (),
        tags: Mapping[str, str] | None = None,
        description: str = "",
        multi_region: bool = False,
    ) -> ReadyKey:
        """Make a KMS key of which the test chooses whatever it must know beforehand.

        With id and material chosen, what one run encrypts the next one decrypts.

        Args:
            key_id: a UUID; or `mrk-` and 32 hex digits, for a multi-Region key.
            material: the bytes of a symmetric or HMAC key, or a private key as PKCS#8 DER.
            spec: its KeySpec.
            usage: its KeyUsage; by default the first that the spec has: to encrypt with RSA, to
                sign with curves.
            aliases: names that stand for it, `alias/...`.
            tags: TagKey -> TagValue.
            description: its Description.
            multi_region: whether it is a multi-Region primary key, as an id with `mrk-` says too.

        Raises:
            TypeError: `aliases` is one name instead of a list, or the material is no bytes.
            ValueError: the id is malformed or taken, the material does not fit the spec, or AWS
                would refuse it, for an alias that is there for example; nothing is made.

        Example:
            >>> from kmsmock import mock_kms_cloudhsm
            >>> with mock_kms_cloudhsm() as aws:
            ...     aws.kms_key(key_id="11111111-2222-3333-4444-555555555555").arn
            'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555'
        """
        from kmsmock.levers.pins import KeyChoice, Pins

        choice = KeyChoice(
            key_id=key_id,
            material=material,
            spec=spec,
            usage=usage,
            aliases=aliases,
            tags=tags or {},
            description=description,
            multi_region=multi_region,
        )
        return Pins(self._world, self.region).make_key(choice)

    def register_ciphertext(
        self,
        ciphertext: bytes,
        *,
        plaintext: bytes,
        key_id: str,
        encryption_context: Mapping[str, str] | None = None,
    ) -> None:
        """Let a ciphertext from elsewhere, recorded from real KMS for example, decrypt here.

        From then on it is one of the key's own: Decrypt and ReEncrypt ask for the same encryption
        context, and for a key whose state allows it.

        Args:
            ciphertext: the CiphertextBlob, whatever it is.
            plaintext: what it decrypts to.
            key_id: a symmetric key of the handle's Region: its id, ARN or alias.
            encryption_context: the pairs that it was encrypted with.

        Raises:
            LookupError: there is no such key.
            TypeError: ciphertext or plaintext is no bytes.
            ValueError: the key is asymmetric, has no material yet, is an external key, or its key
                store cannot use its material at present.
        """
        from kmsmock.levers.pins import Pins

        pins = Pins(self._world, self.region)
        pins.register_ciphertext(ciphertext, plaintext, key_id, encryption_context or {})

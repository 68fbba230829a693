"""Steps in which keys are used, by the account and by those who need a grant."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from life import REGIONS, Lives, any_blob, callers, client, contexts, of_spec, places, where
from model_states import CURVE, HMAC, RSA, SYMMETRIC, Blob, Refused

MESSAGE = {"Message": b"message"}
SIGNING = MESSAGE | {"SigningAlgorithm": "ECDSA_SHA_256"}
MAC = MESSAGE | {"MacAlgorithm": "HMAC_SHA_256"}


class StepsOfUse(Lives):
    """Ciphertexts, signatures and MACs.

    Attributes:
        signatures: whether it is a MAC, whose it is, and the signature.
    """

    def __init__(self):
        super().__init__()
        self.signatures = []

    @rule(
        place=where("cryptographic", of_spec(SYMMETRIC)),
        context=contexts,
        caller=callers,
        data_key=st.booleans(),
    )
    def encrypt(self, place, context, caller, data_key):
        key = self.model.keys.get(place)
        if key and key.shared.spec != SYMMETRIC:
            context = {}
        operation = "GenerateDataKey" if data_key else "Encrypt"
        members = {"KeySpec": "AES_256"} if data_key else {"Plaintext": b"secret"}
        if key and key.shared.spec == RSA and not data_key:
            members["EncryptionAlgorithm"] = "RSAES_OAEP_SHA_256"
        elif key is None or key.shared.spec == SYMMETRIC:
            members["EncryptionContext"] = context
        done = self.on_key(
            place,
            "generate_data_key" if data_key else "encrypt",
            lambda key: self.model.use(
                key,
                operation,
                usage="ENCRYPT_DECRYPT",
                spec=SYMMETRIC if data_key else None,
                caller=caller,
                context=context,
            ),
            caller,
            **members,
        )
        if done:
            material, reply = done
            assert reply["KeyId"] == key.arn
            if key.shared.spec == SYMMETRIC:
                plaintext = reply.get("Plaintext", b"secret")
                blob = Blob(key.shared, material, context, plaintext, reply["CiphertextBlob"])
                self.blobs.append(blob)

    has_blobs = precondition(lambda self: self.blobs)

    @has_blobs
    @rule(
        blob=any_blob,
        elsewhere=st.sampled_from((None, None, None, *REGIONS)),
        caller=callers,
        right=st.sampled_from((True, True, True, False)),
        named=st.sampled_from((None, None, "own", "any")),
        data=st.data(),
    )
    def decrypt(self, *, blob, elsewhere, caller, right, named, data):
        region = elsewhere or data.draw(st.sampled_from(sorted(blob.shared.members) or REGIONS))
        context = blob.context if right else {"a": "3"}
        key_id = {None: None, "own": blob.shared.key_id}.get(named)
        if named == "any":
            region, key_id = data.draw(places(self))
        self.open(blob, region, context, key_id=key_id, caller=caller)

    @has_blobs
    @rule(blob=any_blob, place=where("cryptographic", of_spec(SYMMETRIC, RSA)), caller=callers)
    def re_encrypt(self, blob, place, caller):
        region, key_id = self.touched = place
        key = self.model.keys.get(place)
        members = {}
        if key and key.shared.spec == RSA:
            members["DestinationEncryptionAlgorithm"] = "RSAES_OAEP_SHA_256"
        done = self.ask(
            lambda: self.model.re_encrypt(region, blob, key_id, caller),
            client(region, caller),
            "re_encrypt",
            CiphertextBlob=blob.ciphertext,
            SourceEncryptionContext=blob.context,
            DestinationKeyId=key_id,
            **members,
        )
        if done:
            (source, material), reply = done
            assert (reply["SourceKeyId"], reply["KeyId"]) == (source.arn, key.arn)
            self.learn(source, blob.material, reply["SourceKeyMaterialId"])
            if key.shared.spec == SYMMETRIC:
                self.learn(key, material, reply["DestinationKeyMaterialId"])
                again = Blob(key.shared, material, {}, blob.plaintext, reply["CiphertextBlob"])
                self.blobs.append(again)

    @rule(place=where("cryptographic", of_spec(CURVE, HMAC)), caller=callers, mac=st.booleans())
    def sign(self, place, caller, mac):
        operation, members = ("GenerateMac", MAC) if mac else ("Sign", SIGNING)
        usage = "GENERATE_VERIFY_MAC" if mac else "SIGN_VERIFY"
        done = self.on_key(
            place,
            "generate_mac" if mac else "sign",
            lambda key: self.model.use(key, operation, usage=usage, caller=caller),
            caller,
            **members,
        )
        if done:
            shared = self.model.keys[place].shared
            self.signatures.append((mac, shared, done[1]["Mac" if mac else "Signature"]))

    @precondition(lambda self: self.signatures)
    @rule(data=st.data(), place=where("cryptographic", of_spec(CURVE, HMAC)), own=st.booleans())
    def verify(self, data, place, own):
        mac, shared, signature = data.draw(st.sampled_from(self.signatures))
        self.time.settle()
        if own and shared.members:
            place = data.draw(st.sampled_from(sorted(shared.members))), shared.key_id
        usage = "GENERATE_VERIFY_MAC" if mac else "SIGN_VERIFY"

        def foretell(key):
            self.model.use(key, "VerifyMac" if mac else "Verify", usage=usage)
            same = key.shared is shared
            other = key.shared.materials[0].secret
            if not same and not (other and other == shared.materials[0].secret):
                raise Refused("KMSInvalidMacException" if mac else "KMSInvalidSignatureException")

        name = "Mac" if mac else "Signature"
        self.on_key(
            place,
            "verify_mac" if mac else "verify",
            foretell,
            **(MAC if mac else SIGNING),
            **{name: signature},
        )

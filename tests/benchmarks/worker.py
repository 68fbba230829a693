"""A process that takes samples of one side, so that no side pays for what another one imports.

`python worker.py kmsmock`: kmsmock, and what it is compared with: botocore alone, raw cryptography;
`python worker.py moto`; `python worker.py world KEYS ALIASES GRANTS`: one world of kmsmock's, which
stays. Each line of its input names a measure, and is answered with nanoseconds.
"""

import contextlib
import functools
import sys

import boto3
from scenes import CREDENTIALS, MESSAGE, REGION, SCENES
from timing import Measure, Sampler


def session():
    """Make the session whose models are read once."""
    return boto3.Session(region_name=REGION, **CREDENTIALS)


def ordinary_test(mock):
    """Do what an ordinary test does, with the default session."""
    with mock():
        kms = boto3.client("kms", region_name=REGION)
        key_id = kms.create_key()["KeyMetadata"]["KeyId"]
        sealed = kms.encrypt(KeyId=key_id, Plaintext=MESSAGE)["CiphertextBlob"]
        assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == MESSAGE


def enter_and_leave(mock):
    with mock():
        pass


def kmsmock_worker():
    from kmsmock import mock_kms_cloudhsm

    warm = session()
    kms, alone = warm.client("kms"), warm.client("kms")

    @contextlib.contextmanager
    def in_a_world(scene):
        with mock_kms_cloudhsm(region=REGION):
            yield scene.call(kms)

    @functools.cache
    def floor(scene):
        from botocore_alone import Floor

        with mock_kms_cloudhsm(region=REGION):
            return Floor(alone, scene.call(kms))

    whole = {
        "kmsmock/enter and leave": functools.partial(enter_and_leave, mock_kms_cloudhsm),
        "kmsmock/ordinary test": functools.partial(ordinary_test, mock_kms_cloudhsm),
        "warm client": functools.partial(warm.client, "kms"),
    }
    measures = {name: Measure.of(call, is_short=False) for name, call in whole.items()}
    measures |= raw_signatures()
    for name, scene in SCENES.items():
        measures[f"kmsmock/{name}"] = Measure(functools.partial(in_a_world, scene), scene.calls)
        measures[f"floor/{name}"] = Measure(functools.partial(floor, scene))
    return measures


def raw_signatures():
    """What `cryptography` alone does for a signature."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    paddings = {2048: padding.PKCS1v15(), 4096: pss}

    @functools.cache
    def raw(size):
        key = rsa.generate_private_key(65537, size)
        sign = functools.partial(key.sign, MESSAGE, paddings[size], hashes.SHA256())
        return contextlib.nullcontext(sign)

    return {f"raw/Sign RSA_{size}": Measure(functools.partial(raw, size)) for size in paddings}


def moto_worker():
    from moto import mock_aws

    warm = session()  # moto answers in sessions that are made after its import
    # A key takes moto long, so that a scene stays until the next one is asked for.
    stage = contextlib.ExitStack()
    on_stage = []

    def kept(scene):
        if on_stage != [scene]:
            stage.close()
            stage.enter_context(mock_aws())
            on_stage[:] = [scene, scene.call(warm.client("kms"))]
        return contextlib.nullcontext(on_stage[1])

    def alone(call):
        stage.close()
        on_stage.clear()
        return contextlib.nullcontext(functools.partial(call, mock_aws))

    measures = {
        "moto/enter and leave": Measure(functools.partial(alone, enter_and_leave)),
        "moto/ordinary test": Measure(functools.partial(alone, ordinary_test)),
    }
    for name, scene in SCENES.items():
        measures[f"moto/{name}"] = Measure(functools.partial(kept, scene))
    return measures


def main(kind, *sizes):
    """Answer each measure's name on the input with nanoseconds on the output."""
    if kind == "world":
        from big_worlds import world_worker

        measures = world_worker(session(), *map(int, sizes))
    else:
        measures = {"kmsmock": kmsmock_worker, "moto": moto_worker}[kind]()
    sampler = Sampler(measures)
    for line in sys.stdin:
        print(sampler.sample(line.strip()), flush=True)  # noqa: T201 - it is the answer


if __name__ == "__main__":
    main(*sys.argv[1:])

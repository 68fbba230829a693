# ruff: noqa: E501 - a name is a line
"""Mutants that no test can notice, and why."""

_OF_TYPES = "for type checkers alone: what it guards against does not happen here"
_NEVER_THERE = "the mock never puts a cluster into this state; the table says what AWS's is"

WHY: dict[str, tuple[str, ...]] = {
    _OF_TYPES: (
        "kmsmock/authorization/global_keys.py _of_caller: credentials is None or kind == 'root' -> kind == 'root'",
        "kmsmock/authorization/global_keys.py _of_caller: credentials is not None and kind == 'service' -> kind == 'service'",
        "kmsmock/authorization/grants.py grants_to: subject.account_id is not None and (not subject.is_root) -> not subject.is_root",
        "kmsmock/authorization/policy.py Json: 'Json' -> 'JsonX'",
        "kmsmock/authorization/variables.py equals: piece or '' -> piece",
        "kmsmock/authorization/principals.py naming: statement.principals or () -> statement.principals",
        "kmsmock/domain/deed.py Subject: 'Subject' -> 'SubjectX'",
        "kmsmock/domain/index.py Thing: 'Thing' -> 'ThingX'",
        "kmsmock/domain/grant.py _grantee: '' -> 'X'",
        "kmsmock/domain/grant.py _grantee: without ''",
        "kmsmock/domain/key.py Key.schedule_deletion: without self.related is not None",
        "kmsmock/domain/backup.py contents_of: last == contents and last is not None -> last == contents",
        "kmsmock/domain/rotation.py Rotation.skip_missed: without self.next_date is not None",
        "kmsmock/domain/rotation.py Rotation.skip_missed: without self.period is not None",
    ),
    _NEVER_THERE: (
        "kmsmock/domain/cluster_state.py TAKES_HSMS: 'DEGRADED' -> 'DEGRADEDX'",
        "kmsmock/domain/cluster_state.py TAKES_HSMS: without 'DEGRADED'",
        "kmsmock/domain/cluster_state.py HAS_USERS: 'DEGRADED' -> 'DEGRADEDX'",
        "kmsmock/domain/cluster_state.py HAS_USERS: without 'DEGRADED'",
        "kmsmock/domain/cluster_state.py HAS_USERS: 'UPDATE_IN_PROGRESS' -> 'UPDATE_IN_PROGRESSX'",
        "kmsmock/domain/cluster_state.py HAS_USERS: without 'UPDATE_IN_PROGRESS'",
    ),
    "a policy names a unique id only once its principal is deleted, who calls no more": (
        "kmsmock/authorization/caller.py Caller.subject: ':' -> ':X'",
    ),
    "has_boundary is about NotPrincipal, which no policy of a backup has": (
        "kmsmock/authorization/backup_policy.py is_shared_with: False -> True",
    ),
    "how long tokens are, and where the numbers of keys begin, is our own choice": (
        "kmsmock/domain/grant.py _CHECK_LENGTH: 8 -> 9",
        "kmsmock/domain/grant.py _VERSION: 1 -> 2",
        "kmsmock/domain/grant.py _NONCE_LENGTH: 16 -> 17",
        "kmsmock/domain/hsm_key.py KeyNumbers.last: 2621440 -> 2621441",
        "kmsmock/domain/hsm_key.py KeyNumbers.next_reference: 1 -> 2",
        "kmsmock/domain/import_token.py TOKEN_LENGTH: 64 -> 65",
    ),
    "AWS does not tell for which days; a test sees that they are valid now": (
        "kmsmock/domain/hsm_certificates.py _SINCE: 2017 -> 2018",
        "kmsmock/domain/hsm_certificates.py _SINCE: 8 -> 9",
        "kmsmock/domain/hsm_certificates.py _SINCE: 11 -> 12",
        "kmsmock/domain/hsm_certificates.py _UNTIL: 2047 -> 2048",
        "kmsmock/domain/hsm_certificates.py _UNTIL: 8 -> 9",
        "kmsmock/domain/hsm_certificates.py _UNTIL: 11 -> 12",
        "kmsmock/domain/hsm_certificates.py _VALIDITY: 3652 -> 3653",
    ),
    "how the hardware is called, and the numbers of certificates, are our own choice": (
        "kmsmock/domain/hsm_certificates.py certify: int.from_bytes(source.bytes(15), 'big') + 1 -> int.from_bytes(source.bytes(15), 'big') - 1",
        "kmsmock/domain/hsm_certificates.py certify: 15 -> 16",
        "kmsmock/domain/hsm_certificates.py certify: 1 -> 2",
        "kmsmock/domain/hsm_certificates.py _hardware_certificates: without *certificates.MANUFACTURER_ROOT_NAME[:-1]",
        "kmsmock/domain/hsm_certificates.py _hardware_certificates: without ('CN', 'HSM:KMSMOCK-HARDWARE-1')",
        "kmsmock/domain/hsm_certificates.py _hardware_certificates: 1 -> 2",
        "kmsmock/domain/hsm_certificates.py _hardware_certificates: 'HSM:KMSMOCK-HARDWARE-1' -> 'HSM:KMSMOCK-HARDWARE-1X'",
        "kmsmock/domain/hsm_certificates.py _hardware_certificates.issued: 2 -> 3",
    ),
    "only of material in a cluster it is told whether it could be deleted": (
        "kmsmock/domain/external_key_store.py ExternalKeyStore.delete_backing_key: False -> True",
    ),
    "a snapshot keeps nothing of what is not there": (
        "kmsmock/domain/index.py Index.get: thing is not None and self.watch is not None -> self.watch is not None",
    ),
    "lists change nothing of what they hand out": (
        "kmsmock/domain/index.py Index.page: self.watch(thing) -> pass",
    ),
    "only a test with hundreds of subnets can see it": (
        "kmsmock/domain/network.py Network._add_subnet: 256 -> 257",
    ),
    "only who looks at our own objects sees it, and it is no secret": (
        "kmsmock/domain/backup.py Backup.contents: False -> True",
        "kmsmock/domain/cluster.py Cluster.backups: False -> True",
        "kmsmock/domain/crypto_user.py CryptoUser._logins: False -> True",
        "kmsmock/domain/crypto_user.py CryptoUser._wrong_logins: False -> True",
        "kmsmock/domain/hsm.py Hsm.to_restore: False -> True",
    ),
    "it says something of a policy, and putting one sets it back": (
        "kmsmock/domain/backup.py Backup.share_promoted: False -> True",
    ),
    "1 is no flag of Python's regular expressions": (
        "kmsmock/authorization/wildcards.py _compiled: 0 -> 1",
        "kmsmock/authorization/wildcards.py _segments: 0 -> 1",
    ),
    "the length of a token counts modulo three": (
        "kmsmock/domain/grant.py write_token: 1 + 2 * 3 -> 1 - 2 * 3",
        "kmsmock/domain/grant.py write_token: 2 * 3 -> 2 // 3",
        "kmsmock/domain/grant.py write_token: 2 -> 3",
    ),
    "of a Deny it counts that it names a subject, and not how": (
        "kmsmock/authorization/principals.py naming: 'itself' -> 'itselfX'",
    ),
    "a text without variables is one piece, and its end comes after its beginning": (
        "kmsmock/authorization/variables.py _is_plain: '${' not in text or version != _WITH_VARIABLES -> version != _WITH_VARIABLES",
        "kmsmock/authorization/variables.py _pieces: (close := text.find('}', start)) >= 0 -> (close := text.find('}', start)) > 0",
        "kmsmock/authorization/variables.py _pieces: 0 -> 1",
    ),
    "asked for an odd number of bits OpenSSL makes a key of one less": (
        "kmsmock/domain/hsm_certificates.py certify: 2048 -> 2049",
    ),
    "what is no text is no alias's name, whatever stands for it": (
        "kmsmock/authorization/condition_keys.py _alias_name: asking.of_side('KeyId') or '' -> asking.of_side('KeyId')",
        "kmsmock/authorization/condition_keys.py _alias_name: '' -> 'X'",
    ),
    "a denial looks at what denies, and no more at whether it does": (
        "kmsmock/authorization/decision.py _require_retirable: False -> True",
    ),
    "names and single characters are printed in one line, and compared whole": (
        "kmsmock/authorization/key_policy.py _printed: '' -> 'X'",
        "kmsmock/authorization/key_policy.py _printed: 'ÿ' -> 'ÿX'",
    ),
    "a policy of a backup that names no resource was asked about before": (
        "kmsmock/authorization/policy.py Statement.names_resource: False -> True",
    ),
    "the name of an alias has no colon": (
        "kmsmock/authorization/condition_keys.py _alias_name: 5 -> 6",
    ),
    "both have the same length there": (
        "kmsmock/authorization/conditions.py _arn_like: True -> False",
    ),
    "Python 3.11 and later read a Z themselves": (
        "kmsmock/authorization/conditions.py _time: 'Z' -> 'ZX'",
    ),
    "a statement that denies was heeded before": (
        "kmsmock/authorization/evaluation.py _Evaluation._allowing: statement.allows and self._speaks(document, statement, kind) -> self._speaks(document, statement, kind)",
        "kmsmock/authorization/evaluation.py _Evaluation._allowing_by_resource: without statement.allows",
    ),
    "nobody asks for the statements that do not name the subject": (
        "kmsmock/authorization/evaluation.py _Evaluation._allowing_by_resource: without way",
    ),
    "an asterisk in a policy matches it all the same": (
        "kmsmock/authorization/permissions.py further_permissions: '*' -> '*X'",
        "kmsmock/authorization/permissions.py on_account: '*' -> '*X'",
        "kmsmock/authorization/permissions.py _create_key_store: '*' -> '*X'",
        "kmsmock/authorization/permissions.py _replicate_key: '*' -> '*X'",
    ),
    "the text is dropped: a document that cannot be read has Syntax errors": (
        "kmsmock/authorization/policy.py _unique_members: 'a member is there twice' -> 'a member is there twiceX'",
    ),
    "kmsuser is logged in by KMS only while the key store is CONNECTED": (
        "kmsmock/domain/cloudhsm_key_store.py CloudHsmKeyStore._leave: self.state == 'CONNECTED' and user is not None -> user is not None",
    ),
    "a cluster that is or was a key store's has a certificate": (
        "kmsmock/domain/cluster.py Cluster.shares_backup_history_with: self.certificate is not None and self.certificate == other.certificate -> self.certificate == other.certificate",
    ),
    "it only sets memory free: nothing reads it in this state": (
        "kmsmock/domain/cluster.py Cluster.finish_initialization: self.hsm_certificates = None -> pass",
        "kmsmock/domain/cluster.py Cluster.finish_deletion: self.keys.clear() -> pass",
        "kmsmock/domain/cluster.py Cluster.finish_deletion: self.users.clear() -> pass",
        "kmsmock/domain/grant.py Grants.remove: del self._by_grantee[_grantee(grant)] -> pass",
    ),
    "nobody logs in as an administrator before activation, or as app_user": (
        "kmsmock/domain/cluster.py Cluster.finish_initialization: '' -> 'X'",
        "kmsmock/domain/cluster.py Cluster.finish_initialization: self.pre_co_password or '' -> ''",
        "kmsmock/domain/cluster.py Cluster.finish_initialization: self.pre_co_password or '' -> self.pre_co_password",
        "kmsmock/domain/cluster.py Cluster.finish_initialization: self.pre_co_password or '' -> self.pre_co_password and ''",
    ),
    "DeleteHsm makes a backup, which holds what is there": (
        "kmsmock/domain/cluster.py Cluster.holds_nothing: 'DELETE_IN_PROGRESS' -> 'DELETE_IN_PROGRESSX'",
    ),
    "attempts are compared with each other alone, and one count of two tells them apart": (
        "kmsmock/domain/custom_key_store.py CustomKeyStore.attempts: 0 -> 1",
        "kmsmock/domain/custom_key_store.py CustomKeyStore.begin_to_connect: 1 -> 2",
        "kmsmock/domain/custom_key_store.py CustomKeyStore.begin_to_connect: self.attempts += 1 -> pass",
        "kmsmock/domain/custom_key_store.py CustomKeyStore.begin_to_disconnect: 1 -> 2",
        "kmsmock/domain/custom_key_store.py CustomKeyStore._finish_connecting: attempt != self.attempts or self.state != 'CONNECTING' -> attempt != self.attempts",
    ),
    "a key store that is DISCONNECTING stays so until that attempt ends": (
        "kmsmock/domain/custom_key_store.py CustomKeyStore.begin_to_disconnect: self.attempts += 1 -> pass",
        "kmsmock/domain/custom_key_store.py CustomKeyStore.finish_disconnecting: attempt == self.attempts and self.state == 'DISCONNECTING' -> attempt == self.attempts or self.state == 'DISCONNECTING'",
        "kmsmock/domain/custom_key_store.py CustomKeyStore.finish_disconnecting: attempt == self.attempts and self.state == 'DISCONNECTING' -> self.state == 'DISCONNECTING'",
        "kmsmock/domain/custom_key_store.py CustomKeyStore.finish_disconnecting: attempt == self.attempts and self.state == 'DISCONNECTING' -> attempt == self.attempts",
    ),
    "the material of a replica waits for a rotation only while the primary's does": (
        "kmsmock/domain/key.py Key.delete_imported_material: self.related is not None and material_id == self.materials.pending_id -> self.related is not None",
    ),
    "a key that is Unavailable is in a key store, whose own text it tells": (
        "kmsmock/domain/key_state.py REFUSALS: '{arn} is unavailable.' -> '{arn} is unavailable.X'",
    ),
}  # fmt: skip
"""Why -> the mutants, as `run.py` names them."""

EXPLAINED = {name for names in WHY.values() for name in names}

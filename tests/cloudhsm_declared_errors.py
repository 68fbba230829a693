"""Where each error that the model declares for an operation of CloudHSM is reached, or why not.

A test is named by its file in tests/cloudhsmv2 and its name.
"""

from kmsmock.protocol.model import service_model

PLANNED = "only a planned fault: no request of a client brings it about"
BY_POLICY = "only a policy denies it: it is the authorizer's answer to a caller held to policies"
BY_TAG_CONDITION = "it would be a policy's denial, which is a CloudHsmAccessDeniedException"

ALWAYS_PLANNED = ("CloudHsmInternalFailureException", "CloudHsmServiceException")

ACCESS = "CloudHsmAccessDeniedException"
INVALID = "CloudHsmInvalidRequestException"
LIMIT = "CloudHsmResourceLimitExceededException"
NOT_FOUND = "CloudHsmResourceNotFoundException"
TAG = "CloudHsmTagException"

CLUSTER_NOT_FOUND = "test_clusters::test_cluster_must_be_there"
BACKUP_NOT_FOUND = "test_backups::test_backup_must_be_there"
NOT_FOR_CHANGES = "test_backups::test_pending_backup_takes_no_changes"
POLICY_OF_ANOTHER = "test_resource_policies::test_policy_is_the_owners"
POLICY_WITHOUT_ARN = "test_resource_policies::test_arn_is_required"
POLICY_OF_NOTHING = "test_resource_policies::test_backup_must_be_there"
TAGS_OF_NOTHING = "test_cluster_tags::test_resource_must_be_there"

WHERE = {
    "CopyBackupToRegion": {
        ACCESS: BY_POLICY,
        INVALID: "test_backup_copies::test_copy_goes_to_another_region_of_the_partition",
        NOT_FOUND: BACKUP_NOT_FOUND,
        TAG: "test_backup_copies::test_duplicate_tags_are_refused",
    },
    "CreateCluster": {
        ACCESS: "test_clusters_from_backups::test_backup_is_not_everybodys",
        INVALID: "test_clusters::test_type_and_mode_must_fit",
        NOT_FOUND: "test_clusters_from_backups::test_shared_backup_serves_another_account",
        TAG: "test_clusters::test_duplicate_tag_keys_are_refused",
    },
    "CreateHsm": {
        ACCESS: BY_POLICY,
        INVALID: "test_hsms::test_zone_must_be_the_clusters",
        NOT_FOUND: CLUSTER_NOT_FOUND,
    },
    "DeleteBackup": {
        ACCESS: BY_POLICY,
        INVALID: NOT_FOR_CHANGES,
        NOT_FOUND: BACKUP_NOT_FOUND,
    },
    "DeleteCluster": {
        ACCESS: BY_POLICY,
        INVALID: "test_clusters::test_cluster_with_hsms_cannot_be_deleted",
        NOT_FOUND: CLUSTER_NOT_FOUND,
        TAG: BY_TAG_CONDITION,
    },
    "DeleteHsm": {
        ACCESS: BY_POLICY,
        INVALID: "test_hsms::test_hsm_is_named_once",
        NOT_FOUND: "test_hsms::test_hsm_must_be_the_clusters",
    },
    "DeleteResourcePolicy": {
        ACCESS: POLICY_OF_ANOTHER,
        INVALID: POLICY_WITHOUT_ARN,
        NOT_FOUND: POLICY_OF_NOTHING,
    },
    "DescribeBackups": {
        ACCESS: BY_POLICY,
        INVALID: "test_describing_backups::test_unknown_filter_is_refused",
        NOT_FOUND: "test_describing_backups::test_unknown_backup_is_not_found",
        TAG: BY_TAG_CONDITION,
    },
    "DescribeClusters": {
        ACCESS: BY_POLICY,
        INVALID: "test_clusters::test_unknown_filter_is_refused",
        TAG: BY_TAG_CONDITION,
    },
    "GetResourcePolicy": {
        ACCESS: POLICY_OF_ANOTHER,
        INVALID: POLICY_WITHOUT_ARN,
        NOT_FOUND: POLICY_OF_NOTHING,
    },
    "InitializeCluster": {
        ACCESS: BY_POLICY,
        INVALID: "test_clusters::test_initialization_happens_once",
        NOT_FOUND: CLUSTER_NOT_FOUND,
    },
    "ListTags": {
        ACCESS: BY_POLICY,
        INVALID: "test_cluster_tags::test_foreign_token_is_refused",
        NOT_FOUND: TAGS_OF_NOTHING,
        TAG: BY_TAG_CONDITION,
    },
    "ModifyBackupAttributes": {
        ACCESS: BY_POLICY,
        INVALID: NOT_FOR_CHANGES,
        NOT_FOUND: BACKUP_NOT_FOUND,
    },
    "ModifyCluster": {
        ACCESS: BY_POLICY,
        INVALID: "test_modified_clusters::test_bad_changes_are_refused",
        NOT_FOUND: CLUSTER_NOT_FOUND,
    },
    "PutResourcePolicy": {
        ACCESS: POLICY_OF_ANOTHER,
        INVALID: "test_resource_policies::test_policy_must_be_one",
        NOT_FOUND: POLICY_OF_NOTHING,
    },
    "RestoreBackup": {
        ACCESS: BY_POLICY,
        INVALID: "test_backups::test_only_what_is_pending_is_restored",
        NOT_FOUND: BACKUP_NOT_FOUND,
    },
    "TagResource": {
        ACCESS: BY_POLICY,
        INVALID: "test_cluster_tags::test_tags_have_letters_digits_and_few_signs",
        LIMIT: "test_cluster_tags::test_fifty_tags_in_all",
        NOT_FOUND: TAGS_OF_NOTHING,
        TAG: "test_cluster_tags::test_bad_tags_are_refused",
    },
    "UntagResource": {
        ACCESS: BY_POLICY,
        INVALID: "test_cluster_tags::test_keys_to_remove_keep_the_pattern",
        NOT_FOUND: TAGS_OF_NOTHING,
        TAG: "test_cluster_tags::test_aws_tags_are_not_removed",
    },
}
"""Operation -> declared error -> the test that reaches it, or why none can."""

DECLARED = [
    (operation, shape.name)
    for operation in service_model("cloudhsmv2").operation_names
    for shape in service_model("cloudhsmv2").operation_model(operation).error_shapes
]

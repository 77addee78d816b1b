"""Every GraphQL document that we send to GitHub.

They are validated in the tests against GitHub's full published schema
(npm `@octokit/graphql-schema`). Source: https://docs.github.com/en/graphql
"""

from collections.abc import Sequence

_PULL_REQUEST = """
fragment PullRequestFields on PullRequest {
  id
  number
  url
  state
  isDraft
  body
  mergedAt
  mergeCommit { oid }
  mergeable
  mergeStateStatus
  headRefName
  headRefOid
  headRepository { id }
  baseRefName
  changedFiles
  author { login }
  files(first: 100) { nodes { path } }
}
"""


def with_files(document: str, paths: Sequence[str]) -> str:
    """Have a document read these files, as `file0`, `file1` …, from each commit that it names.

    They are read through the commit, so that its sha and their text belong together; their paths
    come as the variables `$path0`, `$path1` ….
    """
    variables = "".join(f", $path{number}: String!" for number in range(len(paths)))
    files = "".join(
        f"file{number}: file(path: $path{number}) {{ object {{ ...Text }} }} "
        for number in range(len(paths))
    )
    text = _TEXT if paths else ""
    return document.replace("VARIABLES", variables).replace("FILES", files) + text


_TEXT = """
fragment Text on Blob { oid text isBinary isTruncated }
"""

# To be completed by `with_files`.
READ_BASE = """
query ReadBase($owner: String!, $name: String!, $ref: String!VARIABLES) {
  viewer { login }
  repository(owner: $owner, name: $name) {
    id
    nameWithOwner
    ref(qualifiedName: $ref) {
      refUpdateRule { requiredStatusCheckContexts }
      branchProtectionRule { requiredStatusChecks { context app { databaseId } } }
      rules(first: 100) {
        nodes {
          parameters {
            ... on RequiredStatusChecksParameters {
              requiredStatusChecks { context integrationId }
            }
          }
        }
      }
      target { oid ... on Commit { oid FILES } }
    }
  }
}
"""

# Root fields of a mutation run in order and are not atomic: what succeeded stays.
OPEN_PULL_REQUEST = (
    """
mutation OpenPullRequest(
  $ref: CreateRefInput!
  $commit: CreateCommitOnBranchInput!
  $pull: CreatePullRequestInput!
) {
  createRef(input: $ref) { ref { id } }
  createCommitOnBranch(input: $commit) { commit { oid } }
  createPullRequest(input: $pull) { pullRequest { ...PullRequestFields } }
}
"""
    + _PULL_REQUEST
)

CREATE_PULL_REQUEST = (
    """
mutation CreatePullRequest($pull: CreatePullRequestInput!) {
  createPullRequest(input: $pull) { pullRequest { ...PullRequestFields } }
}
"""
    + _PULL_REQUEST
)

# What classic protection asks for, the rest of it to administrators alone, and how the repository
# merges. Rulesets are told by REST, which tells of branches that are not there yet as well.
READ_PROTECTION = """
query ReadProtection($owner: String!, $name: String!, $ref: String!, $branch: String!) {
  viewer { login }
  repository(owner: $owner, name: $name) {
    mergeCommitAllowed rebaseMergeAllowed squashMergeAllowed viewerPermission
    mergeQueue(branch: $branch) { configuration { mergeMethod } }
    ref(qualifiedName: $ref) {
      refUpdateRule {
        requiredApprovingReviewCount
        requiredStatusCheckContexts
        requiresCodeOwnerReviews
        requiresConversationResolution
        requiresLinearHistory
        requiresSignatures
      }
      branchProtectionRule {
        isAdminEnforced lockBranch requireLastPushApproval
        requiredDeploymentEnvironments
        requiresDeployments requiresStrictStatusChecks restrictsPushes
        bypassPullRequestAllowances(first: 100) {
          nodes { actor { __typename ... on App { slug } ... on User { login } } }
        }
        pushAllowances(first: 100) {
          nodes { actor { __typename ... on App { slug } ... on User { login } } }
        }
      }
    }
  }
}
"""

# What there is already of a task: its branch, what stands on it, its pull request. By a branch's
# name GitHub finds the pull requests of forks as well, of which anybody may open any number.
# To be completed by `with_files`.
FIND_PULL_REQUEST = (
    """
query FindPullRequest(
  $owner: String!
  $name: String!
  $ref: String!
  $head: String!
  $after: String
  VARIABLES
) {
  repository(owner: $owner, name: $name) {
    id
    ref(qualifiedName: $ref) {
      id
      target { oid ... on Commit { oid FILES parents(first: 2) { nodes { oid FILES } } } }
    }
    pullRequests(
      headRefName: $head
      first: 25
      after: $after
      orderBy: { field: CREATED_AT, direction: DESC }
    ) {
      pageInfo { hasNextPage endCursor }
      nodes { ...PullRequestFields }
    }
  }
}
"""
    + _PULL_REQUEST
)

_CONTEXTS = """
fragment Contexts on StatusCheckRollupContextConnection {
  pageInfo { hasNextPage endCursor }
  nodes {
    __typename
    ... on CheckRun {
      databaseId
      name
      conclusion
      startedAt
      completedAt
      checkSuite {
        databaseId
        status
        app { databaseId }
        workflowRun { databaseId event workflow { databaseId } }
      }
    }
    ... on StatusContext { context state createdAt }
  }
}
"""

# One poll covers every pull request that somebody waits for.
POLL_CHECKS = (
    """
query PollChecks($ids: [ID!]!, $deployed: Boolean!) {
  nodes(ids: $ids) {
    ... on PullRequest {
      id
      headRefOid
      baseRefName
      mergeable
      commits(last: 1) {
        nodes {
          commit {
            id
            oid
            statusCheckRollup { contexts(first: 100) { ...Contexts } }
            deployments(first: 20, orderBy: { field: CREATED_AT, direction: DESC })
              @include(if: $deployed) { nodes { environment latestStatus { state } } }
          }
        }
      }
    }
  }
}
"""
    + _CONTEXTS
)

# What the poll's page has no room for, of one commit.
MORE_CHECKS = (
    """
query MoreChecks($id: ID!, $after: String!) {
  node(id: $id) {
    ... on Commit {
      statusCheckRollup { contexts(first: 100, after: $after) { ...Contexts } }
    }
  }
}
"""
    + _CONTEXTS
)

# A conflict is resolved by the same edit on the new base. createCommitOnBranch cannot
# re-parent, and resetting the branch to its base would close the pull request for
# good, so the commit is made on a temporary ref and the branch is moved onto it.
COMMIT_ON_NEW_REF = """
mutation CommitOnNewRef($ref: CreateRefInput!, $commit: CreateCommitOnBranchInput!) {
  createRef(input: $ref) { ref { id } }
  createCommitOnBranch(input: $commit) { commit { oid } }
}
"""

MOVE_BRANCH = """
mutation MoveBranch($update: UpdateRefInput!, $delete: DeleteRefInput!) {
  updateRef(input: $update) { ref { target { oid } } }
  deleteRef(input: $delete) { clientMutationId }
}
"""

# One query reads what was said of every suggestion that may go on. `writersOnly` asks for the
# reviews of those who may write to the repository.
READ_REVIEWS = """
query ReadReviews($ids: [ID!]!) {
  viewer { login }
  nodes(ids: $ids) {
    ... on PullRequest {
      id
      state
      isDraft
      headRefOid
      baseRefName
      mergedAt
      mergeCommit { oid }
      reviewDecision
      reviewThreads(first: 100) { nodes { isResolved } }
      latestOpinionatedReviews(first: 20, writersOnly: true) {
        nodes { author { login } authorCanPushToRepository state commit { oid } }
      }
      timelineItems(last: 1, itemTypes: [READY_FOR_REVIEW_EVENT, CONVERT_TO_DRAFT_EVENT]) {
        nodes { __typename ... on ReadyForReviewEvent { actor { login } } }
      }
    }
  }
}
"""

MARK_READY = """
mutation MarkReady($ready: MarkPullRequestReadyForReviewInput!) {
  markPullRequestReadyForReview(input: $ready) { pullRequest { isDraft } }
}
"""

# One query reads what people think of everything that was shipped lately.
READ_OPINIONS = """
query ReadOpinions($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on PullRequest {
      id
      reactions(content: THUMBS_DOWN, last: 10) { nodes { user { login } } }
      comments(last: 30) { nodes { author { login } body } }
    }
  }
}
"""

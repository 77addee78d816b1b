"""Every GraphQL document about merge queues that we send to GitHub, held as those in `queries.py`.

Source: https://docs.github.com/en/graphql/reference/objects#mergequeueentry
"""

ENQUEUE = """
mutation EnqueuePullRequest($enqueue: EnqueuePullRequestInput!) {
  enqueuePullRequest(input: $enqueue) { mergeQueueEntry { enqueuedAt } }
}
"""

DEQUEUE = """
mutation DequeuePullRequest($dequeue: DequeuePullRequestInput!) {
  dequeuePullRequest(input: $dequeue) { clientMutationId }
}
"""

# One query covers every pull request that is in the queue. `beforeCommit` is the merge group's: it
# is there only of one that was removed, and says which checks have failed.
READ_QUEUED = """
query ReadQueued($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on PullRequest {
      id
      state
      headRefOid
      baseRefName
      mergedAt
      mergeCommit { oid }
      mergeQueueEntry { enqueuedAt }
      timelineItems(last: 1, itemTypes: [REMOVED_FROM_MERGE_QUEUE_EVENT]) {
        nodes {
          ... on RemovedFromMergeQueueEvent {
            createdAt
            reason
            beforeCommit {
              statusCheckRollup {
                contexts(first: 50) {
                  nodes {
                    __typename
                    ... on CheckRun { name conclusion }
                    ... on StatusContext { context state }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}
"""

"""What we ask GitHub of deployments to every environment, held as the documents in `queries.py`.

Source: https://docs.github.com/en/graphql/reference/objects#deployment
"""

READ_DEPLOYMENTS = """
query ReadDeployments($owner: String!, $name: String!, $first: Int!) {
  repository(owner: $owner, name: $name) {
    deployments(first: $first, orderBy: { field: CREATED_AT, direction: DESC }) {
      nodes {
        databaseId
        commitOid
        environment
        latestStatus { state environmentUrl logUrl }
      }
    }
  }
}
"""

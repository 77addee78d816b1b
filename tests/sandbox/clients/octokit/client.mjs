// What octokit makes of the sandbox, as one line of JSON. Arguments: address, number, head's sha.
import { Octokit } from "octokit";

const [baseUrl, number, sha] = process.argv.slice(2);
const repository = { owner: "acme", repo: "shiploop-docs" };
const plugins = { throttle: { enabled: false }, retry: { enabled: false } };
const octokit = new Octokit({ auth: "bot-token", baseUrl, ...plugins });
const wrong = new Octokit({ auth: "wrong", baseUrl, ...plugins });
const pull = { ...repository, pull_number: Number(number) };

async function statusOf(call) {
  try {
    return (await call()).status;
  } catch (error) {
    return { status: error.status, message: error.message };
  }
}

const issues = await octokit.paginate(octokit.rest.issues.listForRepo, {
  ...repository,
  creator: "shiploop-bot",
  per_page: 2,
});
const runs = await octokit.paginate(octokit.rest.checks.listForRef, {
  ...repository,
  ref: sha,
  per_page: 1,
});
const byCursor = await octokit.graphql.paginate(
  `query Issues($owner: String!, $repo: String!, $cursor: String) {
    repository(owner: $owner, name: $repo) {
      issues(first: 2, after: $cursor, orderBy: {field: CREATED_AT, direction: DESC}) {
        nodes { title }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`,
  repository,
);
const diff = await octokit.rest.pulls.get({ ...pull, mediaType: { format: "diff" } });
const raw = await octokit.rest.repos.getContent({
  ...repository,
  path: "docs/FAQ.md",
  mediaType: { format: "raw" },
});
const seen = (await octokit.rest.pulls.get(pull)).data;
const notMerged = await statusOf(() => octokit.rest.pulls.checkIfMerged(pull));
const moved = await statusOf(() =>
  octokit.rest.pulls.merge({ ...pull, merge_method: "squash", sha: "0".repeat(40) }),
);
const merge = (await octokit.rest.pulls.merge({ ...pull, merge_method: "squash", sha })).data;
const compared = await octokit.rest.repos.compareCommitsWithBasehead({
  ...repository,
  basehead: `${sha}...main`,
});
const opened = (await octokit.rest.issues.create({ ...repository, title: "Down" })).data;

console.log(
  JSON.stringify({
    issues: issues.filter((issue) => !issue.pull_request).map((issue) => issue.title),
    byCursor: byCursor.repository.issues.nodes.map((issue) => issue.title),
    runs: runs.map((run) => run.name).sort(),
    diff: diff.data,
    raw: raw.data,
    head: seen.head.sha,
    notMerged: notMerged.status,
    moved: moved.status,
    merged: merge.merged,
    isMerged: (await octokit.rest.pulls.checkIfMerged(pull)).status,
    compared: compared.data.status,
    opened: (await octokit.rest.issues.get({ ...repository, issue_number: opened.number })).data
      .title,
    unknown: (await statusOf(() => wrong.rest.users.getAuthenticated())).status,
    topics: await statusOf(() => octokit.rest.repos.getAllTopics(repository)),
  }),
);

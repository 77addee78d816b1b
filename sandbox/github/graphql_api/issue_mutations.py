"""GraphQL: mutations of issues, pull requests and their comments.

Source: https://docs.github.com/en/graphql/reference/mutations
"""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.github import interference, issues, merging, pulls, reactions, reviews, webhooks
from sandbox.github.entities import Label, Thread
from sandbox.github.graphql_api import nodes
from sandbox.github.graphql_api.connections import Resolver
from sandbox.github.graphql_api.issue_objects import CommentNode, IssueNode, reaction_groups
from sandbox.github.graphql_api.pull_objects import Pull
from sandbox.github.graphql_api.review_objects import ReviewNode, thread_object
from sandbox.github.graphql_api.session import Session, missing_node
from sandbox.github.merging import MergeRequest
from sandbox.github.reactions import CONTENTS
from sandbox.github.refusals import Reason, RefusedError

Input = dict[str, Any]
_OTHER_FIELDS = ("assigneeIds", "milestoneId", "projectIds")
_CONTENTS = {graphql: rest for rest, graphql in CONTENTS.items()}


def payload(input: Input, **fields: object) -> Input:
    """Return a mutation's answer."""
    return {"clientMutationId": input.get("clientMutationId"), **fields}


def _create_issue(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    _refuse_other_fields(input)
    repository = session.repository(input["repositoryId"])
    issue = issues.open_issue(
        session.github,
        repository,
        title=input["title"],
        body=input.get("body") or "",
        labels=[label.name for label in _labels(session, input)],
        author=session.viewer,
    )
    return payload(input, issue=IssueNode(repository, issue))


def _refuse_other_fields(input: Input) -> None:
    """Refuse what clients send empty as a rule, and the sandbox does not have."""
    if unknown := [name for name in _OTHER_FIELDS if input.get(name)]:
        message = f"Issues with {', '.join(unknown)} are not modelled by the sandbox"
        raise RefusedError(Reason.NOT_MODELLED, message)


def _labels(session: Session, input: Input) -> list[Label]:
    return [nodes.label(session, node).entity for node in input.get("labelIds") or ()]


def _update_issue(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    session.require_write("UpdateIssue")
    _refuse_other_fields(input)
    node = nodes.issue(session, input["id"])
    _edit(session, node, input)
    _set_labels(session, node, input)
    if (state := input.get("state")) is not None:
        _set_open(session, node, is_open=state == "OPEN")
    return payload(input, issue=node)


def _edit(session: Session, node: IssueNode | Pull, input: Input) -> None:
    issues.edit_issue(
        session.github,
        node.repository,
        node.entity,
        title=input.get("title"),
        body=input.get("body"),
        by=session.viewer,
    )


def _set_labels(session: Session, node: IssueNode | Pull, input: Input) -> None:
    if input.get("labelIds") is None:
        return
    names = [label.name for label in _labels(session, input)]
    issues.replace_labels(session.github, node.repository, node.entity, names, session.viewer)


def _set_open(
    session: Session, node: IssueNode, *, is_open: bool, reason: str = "completed"
) -> None:
    github, repository, issue, by = session.github, node.repository, node.entity, session.viewer
    if is_open and not issue.open:
        issues.reopen_issue(github, repository, issue, by)
    elif issue.open and not is_open:
        issues.close_issue(github, repository, issue, by, reason)


def _close_issue(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    session.require_write("CloseIssue")
    reason = (input.get("stateReason") or "COMPLETED").lower()
    if reason == "duplicate":
        message = "Issues closed as duplicates are not modelled by the sandbox"
        raise RefusedError(Reason.NOT_MODELLED, message)
    node = nodes.issue(session, input["issueId"])
    _set_open(session, node, is_open=False, reason=reason)
    return payload(input, issue=node)


def _reopen_issue(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    session.require_write("ReopenIssue")
    node = nodes.issue(session, input["issueId"])
    _set_open(session, node, is_open=True)
    return payload(input, issue=node)


def _update_pull(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    session.require_write("UpdatePullRequest")
    _refuse_other_fields(input)
    pull = nodes.pull(session, input["pullRequestId"])
    _edit(session, pull, input)
    if (base := input.get("baseRefName")) is not None:
        pulls.change_base(session.github, pull.repository, pull.entity, base, session.viewer)
    _set_labels(session, pull, input)
    if (state := input.get("state")) is not None:
        _set_pull_open(session, pull, is_open=state == "OPEN")
    return payload(input, pullRequest=pull)


def _set_pull_open(session: Session, pull: Pull, *, is_open: bool) -> None:
    github, repository, entity, by = session.github, pull.repository, pull.entity, session.viewer
    if is_open and not entity.open:
        pulls.reopen(github, repository, entity, by)
    elif entity.open and not is_open:
        pulls.close(github, repository, entity, by)


def _close_pull(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    session.require_write("ClosePullRequest")
    pull = nodes.pull(session, input["pullRequestId"])
    _set_pull_open(session, pull, is_open=False)
    return payload(input, pullRequest=pull)


def _reopen_pull(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    session.require_write("ReopenPullRequest")
    pull = nodes.pull(session, input["pullRequestId"])
    _set_pull_open(session, pull, is_open=True)
    return payload(input, pullRequest=pull)


def _merge_pull(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    session.require_write("MergePullRequest")
    pull = nodes.pull(session, input["pullRequestId"])
    asked = MergeRequest(
        method=input["mergeMethod"].lower(),
        sha=input.get("expectedHeadOid"),
        title=input.get("commitHeadline"),
        message=input.get("commitBody"),
    )
    interference.before_merge(session.github, pull.repository, pull.entity)
    merging.merge(session.github, pull.repository, pull.entity, asked, session.viewer)
    return payload(input, pullRequest=pull, actor=session.viewer)


def _set_draft(mutation: str, *, draft: bool) -> Resolver:
    def resolve(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
        session: Session = info.context
        session.require_write(mutation)
        pull = nodes.pull(session, input["pullRequestId"])
        reviews.set_draft(
            session.github, pull.repository, pull.entity, draft=draft, by=session.viewer
        )
        return payload(input, pullRequest=pull)

    return resolve


def _review(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    pull = nodes.pull(session, input["pullRequestId"])
    review = reviews.submit(
        session.github,
        pull.repository,
        pull.entity,
        event=input.get("event"),
        body=input.get("body") or "",
        commit_sha=input.get("commitOID"),
        author=session.viewer,
    )
    return payload(input, pullRequestReview=ReviewNode(pull.repository, pull.entity, review))


def _add_thread(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    pull = nodes.pull(session, input["pullRequestId"])
    thread = Thread(session.github.next_id(), input["path"])
    pull.entity.threads.append(thread)
    return payload(input, thread=thread_object(thread))


def _resolve_thread(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    node = input["threadId"]
    (number,) = session.node_key(node, "PRRT")
    for repository in session.github.repositories.values():
        for pull in repository.pulls.values():
            for thread in pull.threads:
                if str(thread.id) == number:
                    thread.is_resolved = True
                    webhooks.pull_request_review_thread(
                        session.github, repository, pull, session.viewer
                    )
                    return payload(input, thread=thread_object(thread))
    raise missing_node(node)


def _comment(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    about = nodes.issue_or_pull(session, input["subjectId"])
    repository, issue = about.repository, about.entity
    comment = issues.comment(session.github, repository, issue, input["body"], session.viewer)
    edge = {"cursor": "", "node": CommentNode(repository, issue, comment)}
    return payload(input, commentEdge=edge, subject=about)


def _add_labels(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    session.require_write("AddLabelsToLabelable")
    about = nodes.issue_or_pull(session, input["labelableId"])
    names = [label.name for label in _labels(session, input)]
    issues.add_labels(session.github, about.repository, about.entity, names, session.viewer)
    return payload(input, labelable=about)


def _remove_labels(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    session.require_write("RemoveLabelsFromLabelable")
    about = nodes.issue_or_pull(session, input["labelableId"])
    for label in _labels(session, input):
        if label in about.entity.labels:
            issues.remove_label(
                session.github, about.repository, about.entity, label, session.viewer
            )
    return payload(input, labelable=about)


def _reactable(session: Session, node: str) -> IssueNode | Pull | CommentNode:
    found = nodes.find(session, node)
    if not isinstance(found, IssueNode | Pull | CommentNode):
        raise missing_node(node)
    return found


def _add_reaction(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    subject = _reactable(session, input["subjectId"])
    content = _CONTENTS[input["content"]]
    reaction, _ = reactions.react(session.github, subject.entity, content, session.viewer)
    groups = reaction_groups(subject.entity.reactions)
    return payload(input, reaction=reaction, reactionGroups=groups, subject=subject)


def _remove_reaction(_root: None, info: GraphQLResolveInfo, input: Input) -> Input:
    session: Session = info.context
    subject = _reactable(session, input["subjectId"])
    reaction = reactions.remove(subject.entity, _CONTENTS[input["content"]], session.viewer)
    groups = reaction_groups(subject.entity.reactions)
    return payload(input, reaction=reaction, reactionGroups=groups, subject=subject)


ISSUE_MUTATIONS: Mapping[str, Resolver] = {
    "addComment": _comment,
    "addLabelsToLabelable": _add_labels,
    "addPullRequestReview": _review,
    "addPullRequestReviewThread": _add_thread,
    "addReaction": _add_reaction,
    "closeIssue": _close_issue,
    "closePullRequest": _close_pull,
    "convertPullRequestToDraft": _set_draft("ConvertPullRequestToDraft", draft=True),
    "createIssue": _create_issue,
    "markPullRequestReadyForReview": _set_draft("MarkPullRequestReadyForReview", draft=False),
    "mergePullRequest": _merge_pull,
    "removeLabelsFromLabelable": _remove_labels,
    "removeReaction": _remove_reaction,
    "reopenIssue": _reopen_issue,
    "reopenPullRequest": _reopen_pull,
    "resolveReviewThread": _resolve_thread,
    "updateIssue": _update_issue,
    "updatePullRequest": _update_pull,
}

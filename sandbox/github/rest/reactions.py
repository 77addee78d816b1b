"""Reactions to issues, pull requests and their comments.

Source: https://docs.github.com/en/rest/reactions/reactions
"""

from sandbox.github import reactions
from sandbox.github.accounts import Access
from sandbox.github.entities import Comment, Issue
from sandbox.github.payloads import issues as payloads
from sandbox.github.rest.call import Call, Operation, Reply, not_found

_ISSUES = "/repos/{owner}/{repo}/issues"
_OF_ISSUE = f"{_ISSUES}/{{number}}/reactions"
_OF_COMMENT = f"{_ISSUES}/comments/{{comment_id}}/reactions"


def _list(call: Call, subject: Issue | Comment) -> Reply:
    wanted = call.query.get("content")
    found = [each for each in subject.reactions if wanted in (None, each.content)]
    page = call.page(found)
    return Reply(200, [payloads.reaction(call.github, call.repository, each) for each in page])


def _create(call: Call, subject: Issue | Comment) -> Reply:
    reaction, is_new = reactions.react(call.github, subject, call.text("content"), call.actor)
    answer = payloads.reaction(call.github, call.repository, reaction)
    return Reply(201 if is_new else 200, answer)


def _delete(call: Call, subject: Issue | Comment) -> Reply:
    number = call.number("reaction_id")
    for each in subject.reactions:
        if each.id == number:
            subject.reactions.remove(each)
            return Reply(204)
    raise not_found()


OPERATIONS = (
    Operation("GET", _OF_ISSUE, lambda call: _list(call, call.issue)),
    Operation("POST", _OF_ISSUE, lambda call: _create(call, call.issue), Access.READ),
    Operation(
        "DELETE",
        f"{_OF_ISSUE}/{{reaction_id}}",
        lambda call: _delete(call, call.issue),
        Access.WRITE,
    ),
    Operation("GET", _OF_COMMENT, lambda call: _list(call, call.comment)),
    Operation("POST", _OF_COMMENT, lambda call: _create(call, call.comment), Access.READ),
    Operation(
        "DELETE",
        f"{_OF_COMMENT}/{{reaction_id}}",
        lambda call: _delete(call, call.comment),
        Access.WRITE,
    ),
)

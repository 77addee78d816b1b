"""Asking over HTTP: what is accepted, what is the same request, and what is refused."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from redis import Redis

from shiploop.agents.faq.question import question_hash
from shiploop.stack.addresses import free_port
from shiploop.stores import keys
from tests.api.conftest import Serve
from tests.api.problems import problem_of

ROUTE = "/api/agent/faq"
QUESTION = "What is the worker heartbeat mechanism?"
CONTROL = "The question contains control characters or line breaks."
AGENTS = ("shiploop.agents.faq.agent", "tests.toy_agent.agent")


def ask(api: httpx.Client, question: object = QUESTION) -> httpx.Response:
    return api.post(ROUTE, json={"question": question})


def stored(redis: Redis) -> list[str]:
    """All that is kept of what was asked; how often somebody asked does not count."""
    return [key for key in redis.scan_iter() if not key.startswith(keys.RATE_LIMITS)]


def test_a_question_is_accepted_with_its_tasks_address(api: httpx.Client, redis: Redis) -> None:
    answer = ask(api)
    assert answer.status_code == 202
    task_id = answer.json()["task_id"]
    assert str(uuid.UUID(task_id)) == task_id
    assert answer.json() == {"task_id": task_id, "status": "queued", "duplicate": False}
    assert answer.headers["location"] == f"/api/agent/tasks/{task_id}"
    assert redis.xlen(keys.QUEUE) == 1


def test_the_address_leads_to_the_task(api: httpx.Client) -> None:
    location = ask(api).headers["location"]
    answer = api.get(location)
    assert answer.status_code == 200
    task = answer.json()
    assert location.endswith(task["task_id"])
    assert task["trace_id"] == task["task_id"]
    assert (task["status"], task["question"]) == ("queued", QUESTION)
    assert task["created_at"] == task["updated_at"]
    assert task["created_at"].endswith("Z")
    assert task["stages_ms"] == {}
    assert not task.keys() & {"stage", "error", "failure_kind", "merge_sha", "tte_ms"}


@pytest.mark.parametrize(
    "variant",
    [
        QUESTION,
        QUESTION.upper(),
        f"  {QUESTION}  ",
        "What is  the\u3000worker heartbeat   mechanism?",
        "What is the worker heartbeat mechanism",
        "What is the worker heartbeat mechanism ?!",
        "What is the worker heartbeat mechanism？",
        "Ｗｈａｔ is the worker heartbeat mechanism?",
    ],
)
def test_the_same_question_is_a_duplicate_however_it_is_written(
    api: httpx.Client, redis: Redis, variant: str
) -> None:
    first = ask(api).json()["task_id"]
    answer = ask(api, variant)
    assert answer.status_code == 200
    assert answer.json() == {"task_id": first, "status": "queued", "duplicate": True}
    assert answer.headers["location"] == f"/api/agent/tasks/{first}"
    assert redis.xlen(keys.QUEUE) == 1


def test_a_duplicate_is_told_where_the_first_stands(api: httpx.Client, redis: Redis) -> None:
    task_id = ask(api).json()["task_id"]
    redis.hset(keys.task(task_id), "status", "done")
    assert ask(api).json() == {"task_id": task_id, "status": "done", "duplicate": True}


def test_of_fifty_who_ask_the_same_at_once_one_is_accepted(api: httpx.Client, redis: Redis) -> None:
    with ThreadPoolExecutor(50) as clients:
        answers = list(clients.map(lambda _: ask(api), range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [202]
    assert [answer.json()["duplicate"] for answer in answers].count(True) == 49
    assert len({answer.json()["task_id"] for answer in answers}) == 1
    assert redis.xlen(keys.QUEUE) == 1


def test_accepted_means_that_everything_is_stored(api: httpx.Client, redis: Redis) -> None:
    task_id = ask(api).json()["task_id"]
    task = redis.hgetall(keys.task(task_id))
    assert (task["question"], task["agent"]) == (QUESTION, "faq")
    assert json.loads(task["request"]) == {"question": QUESTION}
    assert task["dedupe_key"] == question_hash(QUESTION)
    assert redis.get(keys.dedupe("faq", task["dedupe_key"])) == task_id
    assert [fields for _, fields in redis.xrange(keys.QUEUE) or []] == [{"task_id": task_id}]
    assert redis.xlen(keys.events(task_id)) == 1
    assert redis.zscore(keys.TASK_INDEX, task_id)


@pytest.mark.parametrize(
    "question",
    [
        "What does `make up` do?",
        "What is <!-- this --> for?",
        "Why [skip ci] here?",
        "Who is @everyone?",
        "Fixes #1?",
        "a" * 500,
        "如何重設密碼？",
        "パスワードをリセットするには？",
        "Why ${PATH} and $(id)?",
    ],
)
def test_text_that_github_would_act_on_is_accepted_as_it_is(
    api: httpx.Client, question: str
) -> None:
    answer = ask(api, question)
    assert answer.status_code == 202
    assert api.get(answer.headers["location"]).json()["question"] == question


@pytest.mark.parametrize(
    ("question", "code", "sentence"),
    [
        ("", "blank", "The question is blank."),
        (" \t\u3000 ", "blank", "The question is blank."),
        ("a" * 501, "too_long", "The question is longer than 500 characters."),
        ("What\x00?", "control_characters", CONTROL),
        ("What\x1b[31m?", "control_characters", CONTROL),
        ("What?\n# heading", "control_characters", CONTROL),
        ("What?\u2028more", "control_characters", CONTROL),
        (
            "What\u202eis this?",
            "invisible_characters",
            "The question contains invisible formatting characters.",
        ),
        ("?!…", "no_words", "The question contains no letter or digit."),
    ],
)
def test_a_bad_question_is_refused_with_a_sentence(
    api: httpx.Client, redis: Redis, question: str, code: str, sentence: str
) -> None:
    problem = problem_of(ask(api, question), 422)
    assert problem["title"] == "Question refused"
    assert problem["detail"] == sentence
    assert problem["code"] == code
    assert stored(redis) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "body"),
        (b"{", "JSON"),
        (b'{"question": "a"', "JSON"),
        (b"\xff\xfe", ""),
        (b"[]", "body"),
        (b'"What?"', "body"),
        (b"null", "body"),
        (b"{}", "question"),
        (b'{"question": null}', "question"),
        (b'{"question": 7}', "question"),
        (b'{"question": ["What?"]}', "question"),
        (b'{"question": {"text": "What?"}}', "question"),
        (b'{"question": "What?", "priority": 1}', "priority"),
        (b'{"question": "\\ud800?"}', "question"),
        (b'{"question": "What?", "\\ud800": "\\ud800"}', "body"),
        (b'{"question": NaN}', ""),
    ],
)
def test_a_bad_body_is_refused_with_a_sentence_that_names_what_is_wrong(
    api: httpx.Client, redis: Redis, body: bytes, said: str
) -> None:
    answer = api.post(ROUTE, content=body, headers={"content-type": "application/json"})
    problem = problem_of(answer, 422)
    assert said in problem["detail"]
    assert len(problem["detail"]) > len(said)
    assert stored(redis) == []


def test_a_body_of_endless_brackets_is_refused(api: httpx.Client) -> None:
    headers = {"content-type": "application/json"}
    problem_of(api.post(ROUTE, content=b"[" * 10_000, headers=headers), 400)


def test_a_body_that_is_no_json_by_its_type_is_refused(api: httpx.Client) -> None:
    problem_of(api.post(ROUTE, data={"question": QUESTION}), 422)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/api/agent/tasks/0d9c9f2e-0000-4000-8000-000000000000", 404),
        ("GET", "/api/agent/tasks/not-a-uuid", 422),
        ("GET", ROUTE, 405),
        ("DELETE", "/healthz", 405),
    ],
)
def test_every_refusal_is_a_problem(api: httpx.Client, method: str, path: str, status: int) -> None:
    problem_of(api.request(method, path), status)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (ROUTE, "POST"),
        ("/api/agent/tasks/0d9c9f2e-0000-4000-8000-000000000000", "GET, DELETE"),
        ("/healthz", "GET"),
    ],
)
def test_a_wrong_method_is_told_which_are_right(api: httpx.Client, path: str, allowed: str) -> None:
    assert api.put(path).headers["allow"] == allowed


def test_each_agent_is_asked_at_an_address_of_its_own(serve: Serve, redis: Redis) -> None:
    api = serve(agents=AGENTS)
    answer = api.post("/api/agent/notes", json={"line": "A line"})
    assert answer.status_code == 202
    task = api.get(answer.headers["location"]).json()
    assert (task["status"], task["question"]) == ("queued", "A line")
    assert redis.hget(keys.task(task["task_id"]), "agent") == "notes"
    assert api.post("/api/agent/notes", json={"line": "a LINE"}).json() == {
        "task_id": task["task_id"],
        "status": "queued",
        "duplicate": True,
    }
    assert ask(api, "A line").status_code == 202


def test_an_agent_that_is_not_here_has_no_address(api: httpx.Client) -> None:
    problem_of(api.post("/api/agent/notes", json={"line": "A line"}), 404)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"line": "<b>"}, "body.line: String should match pattern"),
        ({"line": 7}, "body.line: Input should be a valid string"),
        ({"question": "What?"}, "body.line: Field required; body.question: Extra inputs"),
    ],
)
def test_what_another_agent_does_not_take_is_refused_with_a_sentence(
    serve: Serve, redis: Redis, body: dict[str, object], said: str
) -> None:
    problem = problem_of(serve(agents=AGENTS).post("/api/agent/notes", json=body), 422)
    assert problem["title"] == "Request refused"
    assert problem["detail"].startswith(said)
    assert stored(redis) == []


def test_a_full_queue_says_when_to_come_back(serve: Serve) -> None:
    api = serve(queue_limit=2)
    first = ask(api, "How one?").json()["task_id"]
    ask(api, "How two?")
    answer = ask(api, "How three?")
    problem_of(answer, 429)
    assert int(answer.headers["retry-after"]) > 0
    assert ask(api, "How one?").json()["task_id"] == first


def test_without_redis_the_outcome_is_unknown_and_asking_again_is_safe(serve: Serve) -> None:
    api = serve(redis_url=f"redis://127.0.0.1:{free_port()}")
    for answer in (ask(api), api.get(f"/api/agent/tasks/{uuid.uuid4()}")):
        problem = problem_of(answer, 503)
        assert int(answer.headers["retry-after"]) > 0
        assert "Asking again is safe" in problem["detail"]


def test_a_settled_task_is_shown_with_its_times(api: httpx.Client, redis: Redis) -> None:
    location = ask(api).headers["location"]
    task_id = location.rpartition("/")[2]
    at = "2026-11-22T12:00:0{}.000Z"
    redis.hset(
        keys.task(task_id),
        mapping={
            "status": "error",
            "failure_kind": "never_live",
            "error": "not live in time",
            "created_at": at.format(0),
            "stages_entered": f"drafting@{at.format(1)} opening@{at.format(3)}",
            "settled_at": at.format(6),
            "tte_ms": "5000",
            "a_field_of_a_later_version": "x",
        },
    )
    task = api.get(location).json()
    assert task["stages_ms"] == {"queued": 1000, "drafting": 2000, "opening": 3000}
    assert (task["status"], task["failure_kind"]) == ("error", "never_live")
    assert (task["error"], task["tte_ms"]) == ("not live in time", 5000)
    assert "a_field_of_a_later_version" not in task

"""What the tests of flows share: a stack that has every secret, and Redis beside a rollback."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from pydantic import SecretStr
from redis import Redis

from shiploop.stack.addresses import free_port
from tests.mail_server import PASSWORD, USER, MailServer, mail_server
from tests.rolling import forgive, redis_of, rolling_world
from tests.toy_agent.agent import PATH as NOTES
from tests.world import World

FORMATTER = "autofix-ci[bot]"
TEMPLATE = ".github/pull_request_template.md"
_API_KEY = "key-of-one-who-may-ask"


@pytest.fixture(scope="session")
def guarded_mail(stacks: ExitStack) -> MailServer:
    """The mail server of that stack."""
    return stacks.enter_context(mail_server(asks_for_login=True))


@pytest.fixture(scope="session")
def guarded_world(stacks: ExitStack, guarded_mail: MailServer) -> World:
    """A stack that has every secret that one can have, a model, a Sentry and a mail server to use
    them, and two slots for tasks.
    """
    github_port = free_port()
    port = guarded_mail.port
    guarded = rolling_world(
        api_key=_API_KEY,
        api_keys={"tests": SecretStr(_API_KEY)},
        github_app_private_key=SecretStr("key-of-the-app-beside-the-token"),
        github_port=github_port,
        openai_api_key=SecretStr("key-of-the-model-that-answers"),
        openai_base_url=f"http://127.0.0.1:{github_port}/openai/v1",
        runner_concurrency=2,
        smtp_url=f"smtp://127.0.0.1:{port}",
        smtp_user=USER,
        smtp_password=SecretStr(PASSWORD),
        mail_from="shiploop@example.com",
        mail_to=("oncall@example.com",),
        sentry_dsn=SecretStr(f"http://key-of-the-sentry@127.0.0.1:{free_port()}/1"),
    )
    return stacks.enter_context(guarded)


@pytest.fixture(scope="session")
def toy_world(stacks: ExitStack) -> World:
    """A stack with an agent of ours beside the FAQ's, and four slots for tasks."""
    agents = ("shiploop.agents.faq.agent", "tests.toy_agent.agent")
    return stacks.enter_context(rolling_world(agents=agents, runner_concurrency=4))


@pytest.fixture(scope="session")
def house_world(stacks: ExitStack) -> World:
    """A stack in a repository with habits of its own: names of branches, and quickly read rules."""
    agents = ("shiploop.agents.faq.agent", "tests.toy_agent.agent")
    made = stacks.enter_context(
        rolling_world(
            agents=agents,
            branch_prefix="bot/",
            rollback_branch_prefix="bot/undo-",
            pull_request_template=TEMPLATE,
            formatters=(FORMATTER,),
            rules_refresh_s=0.2,
            health_interval_s=0.05,
        )
    )
    made.commit_as_person("# Notes\n", path=NOTES)
    made.commit_as_person("## What\n\n{change}\n\n- [x] It is read\n", path=TEMPLATE)
    return made


@pytest.fixture(scope="session")
def rules_world(stacks: ExitStack) -> World:
    """A stack that reads the rules each half second, and a file for the notes."""
    agents = ("shiploop.agents.faq.agent", "tests.toy_agent.agent")
    made = stacks.enter_context(rolling_world(agents=agents, rules_refresh_s=0.5))
    made.commit_as_person("# Notes\n", path=NOTES)
    return made


@pytest.fixture(scope="session")
def rolling(guarded_world: World) -> World:
    """The stack in which production breaks."""
    return guarded_world


@pytest.fixture(autouse=True)
def _forgiven(request: pytest.FixtureRequest) -> Iterator[None]:
    """What one test has broken takes no level away from the next."""
    names = {"house_world", "rolling", "world", "patient_world"} & set(request.fixturenames)
    worlds: list[World] = [request.getfixturevalue(name) for name in sorted(names)]
    yield
    for world in worlds:
        forgive(world, "faq", "notes")


@pytest.fixture
def redis(rolling: World) -> Iterator[Redis]:
    """The Redis of the stack that the file runs; what a test has set there is taken back."""
    with redis_of(rolling) as client:
        yield client

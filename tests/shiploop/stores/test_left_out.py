"""What no answer is taken from: kept for the doctor, whose finding names it."""

from redis import Redis

from shiploop.cli.doctor.redis_check import check_documents
from shiploop.domain.limits import MAX_LEFT_OUT_NAMED, LeftOut
from shiploop.stores import keys
from shiploop.stores.left_out import LeftOutStore
from tests.valkey import url_of


def left_out(count: int) -> list[LeftOut]:
    return [LeftOut(f"docs/{number}.md", "it is too long") for number in range(count)]


def test_the_newest_list_is_kept_for_as_long_as_it_is_repeated(redis: Redis) -> None:
    store = LeftOutStore(redis)
    assert store.read() == (0, ())
    store.replace(left_out(MAX_LEFT_OUT_NAMED + 1))
    store.replace(left_out(2))
    assert store.read() == (2, tuple(left_out(2)))
    assert 0 < redis.ttl(keys.LEFT_OUT) <= keys.HEARTBEAT_TTL_S


def test_a_long_list_is_counted_and_its_beginning_kept(redis: Redis) -> None:
    LeftOutStore(redis).replace(left_out(MAX_LEFT_OUT_NAMED + 1))
    count, named = LeftOutStore(redis).read()
    assert (count, len(named)) == (MAX_LEFT_OUT_NAMED + 1, MAX_LEFT_OUT_NAMED)


def test_the_doctor_names_the_first_of_it(redis: Redis) -> None:
    assert list(check_documents(url_of(redis))) == []
    LeftOutStore(redis).replace(left_out(7))
    (finding,) = check_documents(url_of(redis))
    assert "'docs/0.md': it is too long" in finding.what
    assert finding.what.endswith("and 2 more")
    assert "docs/limits.md" in finding.advice


def test_the_doctor_says_what_agents_have_found(redis: Redis) -> None:
    LeftOutStore(redis).replace([], ["the FAQ is written for hugo (hugo.toml)"])
    assert LeftOutStore(redis).found() == ("the FAQ is written for hugo (hugo.toml)",)
    (finding,) = check_documents(url_of(redis))
    assert finding.what == "the FAQ is written for hugo (hugo.toml)"

import pytest

from shiploop.agents.faq.retrieval.terms import content_terms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("deploy", "Deploys deployed deploying deployment deployments"),
        ("merge", "merges merged merging"),
        ("stop", "stops stopped stopping"),
        ("category", "categories"),
        ("API", "APIs"),
        ("create", "creation created"),
        ("ＷＯＲＫＥＲ", "workers"),
        ("サーバ", "サーバー"),
    ],
)
def test_forms_of_a_word_are_one_term(one: str, other: str) -> None:
    assert set(content_terms(one)) == set(content_terms(other))
    assert len(content_terms(one)) == 1


def test_words_that_say_nothing_are_dropped() -> None:
    assert content_terms("What's the way to use it, and how does it work?") == ()
    assert content_terms("如何可以？") == ()
    assert content_terms("どうすれば？") == ()


def test_chinese_becomes_pairs_and_japanese_pairs_of_kanji_and_katakana_words() -> None:
    assert content_terms("如何重設密碼？") == ("重设", "设密", "密码")
    assert content_terms("本番環境へのデプロイを確認") == (
        "本番",
        "番环",
        "环境",
        "デプロイ",
        "确认",
    )
    assert content_terms("GITHUB_TOKEN的值") == ("github", "token", "值")

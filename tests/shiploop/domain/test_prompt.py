"""What a model's answer took."""

import pytest

from shiploop.domain.prompt import Prices, Usage, cost_usd, usage_fields

USAGE = Usage(tokens_in=1500, tokens_out=100)


def test_the_cost_is_what_was_read_and_written_at_its_price() -> None:
    prices = Prices(input_usd=0.4, output_usd=1.6)
    assert cost_usd(USAGE, prices) == pytest.approx(0.00076)
    assert usage_fields(USAGE, prices) == {
        "tokens_in": "1500",
        "tokens_out": "100",
        "cost_usd": "0.000760",
    }


@pytest.mark.parametrize("prices", [Prices(None, None), Prices(0.4, None), Prices(None, 1.6)])
def test_without_both_prices_there_is_no_cost(prices: Prices) -> None:
    assert usage_fields(USAGE, prices) == {"tokens_in": "1500", "tokens_out": "100"}


def test_what_is_free_costs_nothing() -> None:
    assert usage_fields(USAGE, Prices(0.0, 0.0))["cost_usd"] == "0.000000"

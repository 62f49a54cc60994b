"""The arguments of analytics: what stands for a default, the farthest days, and what makes no sense."""

import pytest

from tests.world import FULL, World

pytest_plugins = ["tests.world_fixture"]


@pytest.mark.parametrize("arguments", ["expiring(days: -1)", "expiring(days: 100000)"])
async def test_windows_that_make_no_sense(world: World, arguments: str) -> None:
    answer = await world.api.ask(
        FULL, f"{{ analytics {{ licenses(product: MEETINGS) {{ {arguments} {{ customers }} }} }} }}"
    )
    assert answer.codes == ["BAD_USER_INPUT"]
    assert answer.errors[0]["message"].startswith("days:")


LONGEST = """licenses(product: CALLING) {{
    day: distributionTrend(interval: DAY, last: 1000) {{ from total }}
    month: distributionTrend(interval: MONTH, last: 1000) {{ from total }} recentlyAdded {{ newCustomers }} }}
  calling {{ week {{ start end }} usage {{ trend(weeks: 520) {{ calls }} }} }}"""


WITH_DEFAULTS = """{{
    analytics {{
        licenses(product: CALLING) {{
            distributionTrend{of_trend} {{ from total }}
            recentlyAdded{window} {{ newCustomers }} expiring{window} {{ customers }} renewing{window} {{ customers }}
        }}
        calling {{ usage {{ trend{weeks} {{ calls }} }} quality {{ trend{weeks} {{ good }} }}
            queues {{ trend{weeks} {{ calls }} }} }}
    }}
    customers(first: 2) {{ nodes {{
        licenseTrend{of_trend} {{ from total }}
        subscriptions(first: 1) {{ nodes {{ licenses {{ trend{of_trend} {{ from total }} }} }} }}
    }} }}
}}"""


async def test_null_stands_for_an_arguments_default(world: World) -> None:
    nulls = {"of_trend": "(interval: null, last: null)", "window": "(days: null)", "weeks": "(weeks: null)"}
    left_out = await world.api.ask(FULL, WITH_DEFAULTS.format(**dict.fromkeys(nulls, "")))
    null = await world.api.ask(FULL, WITH_DEFAULTS.format(**nulls))
    assert null.data == left_out.data
    assert null.headers["x-executor"] == left_out.headers["x-executor"]


@pytest.mark.parametrize("day", ["1900-01-01", "9999-12-30"])
async def test_the_first_and_the_last_day(world: World, day: str) -> None:
    query = f"""{{ analytics(asOf: "{day}") {{ {LONGEST.format()} }}
      customers(first: 1) {{ nodes {{ calling(asOf: "{day}") {{ week {{ start }} }} licenses(asOf: "{day}") {{ total }}
        licenseTrend(asOf: "{day}", interval: MONTH, last: 1000) {{ from total }} }} }} }}"""
    assert (await world.api.ask(FULL, query)).errors == []


@pytest.mark.parametrize("day", ["1899-12-31", "0001-01-01", "9999-12-31"])
async def test_days_beyond_the_first_and_the_last(world: World, day: str) -> None:
    for query in (
        f'{{ analytics(asOf: "{day}") {{ calling {{ week {{ start }} }} }} }}',
        f'{{ customers(first: 1) {{ nodes {{ calling(asOf: "{day}") {{ week {{ start }} }} }} }} }}',
        f'{{ customers(first: 1) {{ nodes {{ licenses(asOf: "{day}") {{ total }} }} }} }}',
        f'{{ customers(first: 1) {{ nodes {{ licenseTrend(asOf: "{day}", interval: MONTH) {{ from }} }} }} }}',
    ):
        answer = await world.api.ask(FULL, query)
        assert answer.codes == ["BAD_USER_INPUT"]
        assert answer.errors[0]["message"].startswith("asOf:")

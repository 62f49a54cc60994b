"""Events for readers who take their time, and of many streams at once: what each may see, and what it may cost."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

from resolvers.live import FRESH_SECONDS
from server.persisted import Sent
from server.streams import results
from tests.faults import LOCKED, waiting_for_locks
from tests.firm import ADMIN, FULL, READ, Firm, firm_on

pytest_plugins = ["tests.firm_fixture"]


@asynccontextmanager
async def taking_two(firm: Firm, email: str) -> AsyncIterator[AsyncGenerator[Any, None]]:
    """The events of an admin who takes them one by one, and has the first of two that came at once."""
    service = firm.api.client._transport.app.state.service  # type: ignore[attr-defined]
    await service.listener.listening.wait()
    query = """subscription { customerChanged {
      customerId tags { name } subscriptions { nodes { invoices { totalCount } } }
    } }"""
    async with aclosing(results(service, f"Bearer {firm.api.token(email)}", Sent(query))) as events:
        first = asyncio.ensure_future(anext(events))
        while not service.listener._customers:  # noqa: ASYNC110 - until it listens
            await asyncio.sleep(0.01)
        both = await firm.ids("Customer", "c1", "c2")
        await firm.change(FULL, "addTags", {"customerIds": both, "tagIds": await firm.ids("Tag", "Unused")})
        event: Any = await first
        assert event.data["customerChanged"]["customerId"] == "c1"
        yield events


async def test_a_slow_reader_is_told_what_it_may_see_when_it_reads(firm: Firm) -> None:
    async with taking_two(firm, ADMIN) as events:
        admin = await firm.id("PartnerAdmin", ADMIN)
        c2 = {"adminId": admin, "customerIds": await firm.ids("Customer", "c2")}
        assert (await firm.change(FULL, "unassignPartnerAdmin", c2))["errors"] == []
        tags = {"customerIds": await firm.ids("Customer", "c1"), "tagIds": await firm.ids("Tag", "Unused")}
        await firm.change(FULL, "removeTags", tags)
        await asyncio.sleep(FRESH_SECONDS)
        event = (await anext(events)).data["customerChanged"]
        assert event["customerId"] == "c1"
        assert event["tags"] == [{"name": "Gold"}]


async def test_a_slow_reader_has_the_roles_of_when_it_reads(firm: Firm) -> None:
    async with taking_two(firm, READ) as events:
        reader = await firm.id("PartnerAdmin", READ)
        await firm.change(FULL, "setPartnerAdminRoles", {"id": reader, "roles": ["HELP_DESK_ADMIN"]})
        await asyncio.sleep(FRESH_SECONDS)
        event = await anext(events)
        assert [error.extensions["code"] for error in event.errors or []] == ["FORBIDDEN"]
        assert event.data["customerChanged"]["customerId"] == "c2"
        assert event.data["customerChanged"]["subscriptions"] == {"nodes": [{"invoices": None}]}


@asynccontextmanager
async def held_up(firm: Firm, streams: int, at_work: int) -> AsyncIterator[list[asyncio.Future[Any]]]:
    """So many streams of one admin, each with an event that costs 1001; so many are being worked out, and no more."""
    service = firm.api.client._transport.app.state.service  # type: ignore[attr-defined]
    await service.listener.listening.wait()
    query = "subscription { customerChanged { licenseTrend(last: 100) { total } } }"
    async with AsyncExitStack() as open_ones:
        waiting: list[asyncio.Future[Any]] = []
        for _ in range(streams):
            events = results(service, f"Bearer {firm.api.token(READ)}", Sent(query))
            await open_ones.enter_async_context(aclosing(events))
            waiting.append(asyncio.ensure_future(anext(events)))
        while len([box for boxes in service.listener._customers.values() for box in boxes]) < streams:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        tags = {"customerIds": await firm.ids("Customer", "c1"), "tagIds": await firm.ids("Tag", "Unused")}
        async with firm.connection.transaction():
            await firm.connection.execute("LOCK TABLE license_states IN ACCESS EXCLUSIVE MODE")
            await firm.change(FULL, "addTags", tags)
            await waiting_for_locks(firm.connection, at_work)
            await asyncio.sleep(0.5)
            assert await firm.connection.fetchval(LOCKED) == at_work
            yield waiting
        await asyncio.wait(waiting)


async def test_an_event_is_worked_out_only_for_what_it_may_cost(
    firm_database: str, data_dir: Path, today: date
) -> None:
    """However many streams have begun, for next to nothing, before there was any event."""
    budget: dict[str, Any] = {"admin_cost_capacity": 2500, "admin_cost_per_second": 1}
    async with firm_on(firm_database, data_dir, today, **budget) as firm:
        async with held_up(firm, streams=6, at_work=2) as waiting:
            refused = [future.result() for future in waiting if future.done()]
            codes = [result.errors[0].extensions["code"] for result in refused]
            assert codes == ["RATE_LIMITED"] * 4
        assert sum(future.result().data is not None for future in waiting) == 2


async def test_as_many_events_as_operations_are_worked_out_at_once(
    firm_database: str, data_dir: Path, today: date
) -> None:
    async with firm_on(firm_database, data_dir, today, operations_at_once=3) as firm:
        async with held_up(firm, streams=6, at_work=3) as waiting:
            assert not any(future.done() for future in waiting)
        assert [future.result().errors for future in waiting] == [None] * 6

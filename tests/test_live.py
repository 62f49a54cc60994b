"""Live changes over WebSocket, from the import's own process to the client."""

import asyncio

import pytest

from tests import office
from tests.live import IMPORTED, Service, listening, receive, send, subscribe

pytest_plugins = ["tests.live_fixture"]


async def test_an_import_is_told_to_its_own_partner_alone(service: Service) -> None:
    async with (
        service.signed_in() as ours,
        service.signed_in(service.token("Neighbour")) as theirs,
    ):
        for socket in (ours, theirs):
            await subscribe(socket, IMPORTED)
            await listening(socket)
        await asyncio.to_thread(service.import_tag, "Ours")
        message = await receive(ours)
        assert message["payload"]["data"]["dataImported"]["tables"] == ["tags"]
        assert message["payload"]["data"]["dataImported"]["rows"] == 1
        await asyncio.to_thread(service.import_tag, "Theirs", "Neighbour")
        first = await receive(theirs)  # the neighbour's own: nothing of ours came before it
        assert first["payload"]["data"]["dataImported"]["rows"] == 1
        assert first["payload"]["data"] != message["payload"]["data"]
        with pytest.raises(TimeoutError):
            await receive(ours, 0.3)


async def test_a_listener_whose_connection_was_cut_takes_it_up_again(service: Service) -> None:
    async with service.signed_in() as socket:
        await subscribe(socket, IMPORTED)
        await listening(socket)
        await office.run_sql(
            service.database_url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        await asyncio.sleep(2)
        await asyncio.to_thread(service.import_tag, "After the cut")
        assert (await receive(socket))["payload"]["data"]["dataImported"]["rows"] == 1


async def test_a_completed_subscription_is_told_nothing_more(service: Service) -> None:
    async with service.signed_in() as socket:
        await subscribe(socket, IMPORTED)
        await listening(socket)
        await send(socket, type="complete", id="1")
        await listening(socket)
        await asyncio.to_thread(service.import_tag, "Unheard")
        with pytest.raises(TimeoutError):
            await receive(socket, 0.3)

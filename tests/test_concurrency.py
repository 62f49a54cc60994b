"""Changes at once: no lost update, no limit broken, no 5xx, an audit event each.

STORM_SECONDS=60 makes the storm last a minute.
"""

import asyncio
import logging
import os
from pathlib import Path

import asyncpg
import pytest

from resolvers.changes import perform
from tests import storm
from tests.firm import ADMIN, FULL, READ, SECOND, Firm
from tests.server import environment, serving

pytest_plugins = ["tests.firm_fixture"]

log = logging.getLogger(__name__)

LIMITS = {"LIMIT_REACHED", "CONFLICT", "NOT_ALLOWED"}
SECONDS = float(os.environ.get("STORM_SECONDS", "6"))


async def test_a_storm_of_changes_on_two_servers(firm: Firm, data_dir: Path, tmp_path: Path) -> None:
    partner = await firm.connection.fetchval("SELECT id FROM partners WHERE name = 'Firm'")
    await firm.connection.execute(
        "UPDATE partner_admins SET roles = '{}' WHERE email = ANY($1)", [FULL, SECOND]
    )
    await firm.connection.execute(
        "INSERT INTO partner_admins (partner_id, email, email_key, display_name, search_text, roles, active)"
        " SELECT $1, email, email, email, email, '{PARTNER_FULL_ADMIN}', true FROM unnest($2::text[]) email",
        partner,
        storm.FULL_ADMINS,
    )
    await firm.connection.execute(
        "INSERT INTO tags (partner_id, name, name_key) SELECT $1, 't' || n, 't' || n FROM generate_series(1, $2) n",
        partner,
        storm.TAG_COUNT,
    )
    version = await firm.connection.fetchval("SELECT data_version FROM partners WHERE id = $1", partner)
    seconds = 0.0
    env = environment(firm.url, data_dir)
    with (
        serving("serve", env=env, cwd=tmp_path) as one,
        serving("serve", "--workers", "2", env=env, cwd=tmp_path) as other,
    ):
        clients = storm.Storm(
            [one, other],
            firm.api.token,
            await firm.ids("Customer", *storm.CUSTOMERS),
            await firm.ids("Tag", *(f"t{n + 1}" for n in range(storm.TAG_COUNT))),
            {email: await firm.id("PartnerAdmin", email) for email in storm.FULL_ADMINS},
        )
        for _ in range(10):  # on a busy machine it takes a while until every limit was tried
            await clients.blow(50, SECONDS)
            seconds += SECONDS
            if clients.refused.keys() >= LIMITS:
                break
    events = await firm.events()
    log.info("%d accepted in %g s, refused: %s", clients.accepted, seconds, dict(clients.refused))
    assert clients.faults == []
    assert clients.accepted > 10 * seconds
    assert clients.refused.keys() >= LIMITS, "a limit was never tried"
    assert len(events) == clients.accepted
    after = await firm.connection.fetchval("SELECT data_version FROM partners WHERE id = $1", partner)
    assert after - version == clients.accepted
    for check in storm.CHECKS:
        await check(firm.connection, events)


async def test_changes_wait_for_an_import_and_say_so_when_it_is_long(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(perform, "TURN_SECONDS", 5)
    other = await asyncpg.connect(firm.url)
    async with other.transaction():
        await other.execute("SELECT FROM partners WHERE name = 'Firm' FOR UPDATE")
        changes = [asyncio.create_task(firm.change(FULL, "createTag", {"name": f"t{n}"})) for n in range(30)]
        await asyncio.sleep(0.3)
        data = await firm.ask(READ, "{ customers { totalCount } }")  # nobody who reads has to wait
        assert data["customers"]["totalCount"] == 6
        assert not any(change.done() for change in changes)
        for change in changes:
            assert (await change)["errors"] == [("CONFLICT", "")]
        waiting = asyncio.create_task(firm.change(FULL, "createTag", {"name": "Patient"}))
        await asyncio.sleep(0.2)
    assert (await waiting)["errors"] == []
    await other.close()
    assert len(await firm.events()) == 1


async def test_what_the_database_asks_to_retry_is_retried(firm: Firm) -> None:
    """A trigger asks so twice, by a counter that no rollback takes back."""
    for state in ("40001", "40P01"):
        await firm.connection.execute(
            f"""
            DROP SEQUENCE IF EXISTS times; CREATE SEQUENCE times;
            CREATE OR REPLACE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF nextval('times') <= 2 THEN RAISE EXCEPTION 'again' USING ERRCODE = '{state}'; END IF;
                RETURN NEW;
            END $$;
            CREATE OR REPLACE TRIGGER again BEFORE INSERT ON tags FOR EACH ROW EXECUTE FUNCTION again();
            """
        )
        assert (await firm.change(FULL, "createTag", {"name": state}))["errors"] == []
        assert await firm.connection.fetchval("SELECT last_value FROM times") == 3
    await firm.connection.execute("ALTER SEQUENCE times MINVALUE -1000 RESTART WITH -1000")
    before = await firm.tables()
    assert (await firm.change(FULL, "createTag", {"name": "never"}))["errors"] == [("CONFLICT", "")]
    assert await firm.tables() == before
    assert len(await firm.events()) == 2


async def test_two_who_take_each_others_role_leave_one_full_admin(firm: Firm) -> None:
    first, second = await firm.ids("PartnerAdmin", FULL, SECOND)
    for _ in range(5):
        outcomes = await asyncio.gather(
            firm.change(FULL, "setPartnerAdminRoles", {"id": second, "roles": ["PARTNER_ADMIN"]}),
            firm.change(SECOND, "setPartnerAdminRoles", {"id": first, "roles": ["PARTNER_ADMIN"]}),
        )
        assert sorted(len(outcome["errors"]) for outcome in outcomes) == [0, 1]
        await firm.connection.execute(
            "UPDATE partner_admins SET roles = '{PARTNER_FULL_ADMIN}' WHERE email = ANY($1)", [FULL, SECOND]
        )


async def test_a_name_is_taken_once(firm: Firm) -> None:
    outcomes = await asyncio.gather(
        *(
            firm.change(email, "createTag", {"name": name})
            for email in (FULL, ADMIN)
            for name in ("new", "NEW") * 5
        )
    )
    assert sorted(outcome["errors"] for outcome in outcomes) == [[]] + [[("TAKEN", "input.name")]] * 19


async def test_a_cancelled_change_leaves_nothing_behind(firm: Firm) -> None:
    """Clients that go away at any moment neither leave half a change nor keep a connection."""
    before = len(await firm.events())
    changes = [asyncio.create_task(firm.change(FULL, "createTag", {"name": f"t{n}"})) for n in range(60)]
    for n, change in enumerate(changes):
        await asyncio.sleep(0.002)
        if n % 2:
            change.cancel()
    await asyncio.gather(*changes, return_exceptions=True)
    made = await firm.connection.fetchval("SELECT count(*) FROM tags WHERE name LIKE 't%'")
    assert 30 <= made == len(await firm.events()) - before
    await asyncio.wait_for(firm.change(FULL, "createTag", {"name": "after"}), 3)

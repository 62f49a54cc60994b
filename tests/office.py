"""A small partner for tests that are not about its data: a few admins and some customers."""

from pathlib import Path
from tempfile import TemporaryDirectory

from ingest import run_import
from server.database import connect

PARTNER = "Office"
FULL = "full@office.example"
ASSIGNED = "assigned@office.example"
DESK = "desk@office.example"
INACTIVE = "inactive@office.example"
ROLELESS = "roleless@office.example"

CUSTOMERS = 40

FILES = {
    "partner_admins": [
        "email,display_name,roles,active,last_sign_in_at",
        f"{FULL},Fay Full,PARTNER_FULL_ADMIN,true,",
        f"{ASSIGNED},Ann Assigned,PARTNER_ADMIN,true,",
        f"{DESK},Dee Desk,HELP_DESK_ADMIN,true,",
        f"{INACTIVE},Ian Inactive,PARTNER_FULL_ADMIN,false,",
        f"{ROLELESS},Ron Roleless,,true,",
    ],
    "customers": [
        "customer_id,name,managed_by,country,industry,created_on,last_admin_sign_in_at,suspended",
        *(
            f"c{n:03},Customer {n:03},EXTERNAL_ADMIN,DE,,2026-01-02,2026-10-01T08:00:00Z,false"
            for n in range(CUSTOMERS)
        ),
    ],
    "subscriptions": [
        "subscription_id,customer_id,status,added_on,start_date,end_date,auto_renew",
        *(f"s{n:03},c{n:03},ACTIVE,2026-01-02,2026-01-02,2030-01-02,true" for n in range(CUSTOMERS)),
    ],
}


def write_files(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for table, lines in FILES.items():
        (folder / f"{table}.csv").write_text("\n".join(lines) + "\n")
    return folder


async def fill(database_url: str, partner: str = PARTNER) -> None:
    """Load the files as this partner's."""
    connection = await connect(database_url)
    try:
        with TemporaryDirectory() as folder:
            await run_import(connection, write_files(Path(folder)), partner=partner)
    finally:
        await connection.close()


async def run_sql(database_url: str, sql: str) -> None:
    connection = await connect(database_url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()

"""gql over httpx: signs in, walks a list to its end, changes something once, and shows an error."""

import asyncio
import os
import time
import uuid

from gql import Client, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport

WHO_AM_I = gql("{ viewer { admin { email } partner { name } } }")
PAGE = gql("""
query ($after: String) {
  customers(first: 25, after: $after, orderBy: { field: URGENCY }) {
    totalCount
    nodes { id name primaryStatus }
    pageInfo { hasNextPage endCursor }
  }
}
""")
CREATE = gql("""
mutation ($input: CreateTagInput!, $key: String!) {
  createTag(input: $input, idempotencyKey: $key) { tag { id name } userErrors { code field message } }
}
""")
NODE = gql("query ($id: ID!) { node(id: $id) { id } }")


async def main() -> None:
    headers = {"Authorization": f"Bearer {os.environ['TOKEN']}"}
    transport = HTTPXAsyncTransport(url=os.environ["URL"], headers=headers)
    async with Client(transport=transport, fetch_schema_from_transport=True) as session:
        # Who asks. The documents are checked against the service's own schema before they are sent.
        viewer = (await session.execute(WHO_AM_I))["viewer"]
        print(f"signed in as {viewer['admin']['email']} of {viewer['partner']['name']}")

        # A list to its end: each page is asked for with the cursor of the one before.
        ids: set[str] = set()
        pages, after = 0, None
        while True:
            PAGE.variable_values = {"after": after}
            page = (await session.execute(PAGE))["customers"]
            ids.update(customer["id"] for customer in page["nodes"])
            pages, after = pages + 1, page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        print(f"walked {len(ids)} of {page['totalCount']} customers in {pages} pages")

        # A change under a key of its own: sent again, as after a lost answer, it is not made again.
        name, key = f"gql {time.time_ns() // 1000}", str(uuid.uuid4())
        CREATE.variable_values = {"input": {"name": name}, "key": key}
        first = (await session.execute(CREATE))["createTag"]
        again = (await session.execute(CREATE))["createTag"]
        print(f"made once: {str(first['tag']['id'] == again['tag']['id']).lower()}")

        # What can be expected to go wrong comes as `userErrors` ...
        CREATE.variable_values = {"input": {"name": name}, "key": str(uuid.uuid4())}
        taken = (await session.execute(CREATE))["createTag"]
        print(f"refused: {taken['userErrors'][0]['code']}")

        # ... and everything else as an error with a code.
        NODE.variable_values = {"id": "made up"}
        try:
            await session.execute(NODE)
        except TransportQueryError as error:
            assert error.errors
            print(f"failed: {error.errors[0]['extensions']['code']}")


if __name__ == "__main__":
    asyncio.run(main())

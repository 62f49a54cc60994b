"""A client that ariadne-codegen has written: signs in, walks a list to its end, changes something once, fails."""

import asyncio
import os
import time
import uuid

from partnerhub_client import Client, CreateTagInput, GraphQLClientGraphQLMultiError


async def main() -> None:
    headers = {"Authorization": f"Bearer {os.environ['TOKEN']}"}
    async with Client(url=os.environ["URL"], headers=headers) as client:
        # Who asks. Everything that comes back is a pydantic model.
        viewer = (await client.who_am_i()).viewer
        print(f"signed in as {viewer.admin.email} of {viewer.partner.name}")

        # A list to its end: each page is asked for with the cursor of the one before.
        ids: set[str] = set()
        pages, after = 0, None
        while True:
            page = (await client.customers(after=after)).customers
            ids.update(customer.id for customer in page.nodes)
            pages, after = pages + 1, page.page_info.end_cursor
            if not page.page_info.has_next_page:
                break
        print(f"walked {len(ids)} of {page.total_count} customers in {pages} pages")

        # A change under a key of its own: sent again, as after a lost answer, it is not made again.
        new, key = CreateTagInput(name=f"ariadne {time.time_ns() // 1000}"), str(uuid.uuid4())
        first = (await client.create_tag(input=new, key=key)).create_tag
        again = (await client.create_tag(input=new, key=key)).create_tag
        assert first.tag and again.tag
        print(f"made once: {str(first.tag.id == again.tag.id).lower()}")

        # What can be expected to go wrong comes as `userErrors` ...
        taken = (await client.create_tag(input=new, key=str(uuid.uuid4()))).create_tag
        print(f"refused: {taken.user_errors[0].code.value}")

        # ... and everything else as an error with a code.
        try:
            await client.node(id="made up")
        except GraphQLClientGraphQLMultiError as error:
            print(f"failed: {(error.errors[0].extensions or {})['code']}")


if __name__ == "__main__":
    asyncio.run(main())

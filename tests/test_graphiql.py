"""GraphiQL as a newcomer meets it: in a real browser, opened at the address that the demo prints."""

import json
import re
from pathlib import Path

import httpx
import pytest
from playwright.async_api import BrowserContext, ConsoleMessage, Page, expect

from tests.conftest import LiveServer

pytest_plugins = ["tests.browser"]

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples" / "operations").glob("*.graphql"))
BUNDLE = ROOT / "server" / "graphiql"

# Everything that a page can keep in a browser, as one text.
ALL_STORAGE = """async () => JSON.stringify([
    {...localStorage}, {...sessionStorage}, document.cookie, await indexedDB.databases(), await caches.keys(),
    (await navigator.serviceWorker.getRegistrations()).length, history.state, location.href, window.name,
])"""


class Visit:
    """A page, with what it asked for and what it complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.addresses: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.addresses.append(request.url))
        page.on("websocket", lambda socket: self.addresses.append(socket.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        # A breach of the content security policy is told here as well.
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    async def run(self) -> None:
        await self.page.locator(".graphiql-execute-button").click()

    async def expect_session(self, text: str | re.Pattern[str]) -> None:
        await expect(self.page.locator("header.session")).to_contain_text(text)

    async def expect_answer(self, text: str) -> None:
        await expect(self.page.locator(".graphiql-response .view-lines")).to_contain_text(text)

    async def stored(self) -> str:
        # GraphiQL writes its tabs half a second after a change.
        await self.page.wait_for_timeout(700)
        return str(await self.page.evaluate(ALL_STORAGE))


async def visit(context: BrowserContext, address: str) -> Visit:
    visit = Visit(await context.new_page())
    await visit.page.goto(address)
    return visit


async def viewer(live_server: LiveServer) -> dict[str, dict[str, str]]:
    async with httpx.AsyncClient() as client:
        response = await client.post(
            f"{live_server.url}/graphql",
            json={"query": "{ viewer { admin { displayName email } partner { name } } }"},
            headers={"Authorization": f"Bearer {live_server.token}"},
        )
    return dict(response.json()["data"]["viewer"])


async def test_the_printed_address_signs_in_and_one_click_answers(
    context: BrowserContext, live_server: LiveServer
) -> None:
    me = await viewer(live_server)

    visitor = await visit(context, f"{live_server.url}/graphql#token={live_server.token}")

    await expect(visitor.page).to_have_title("partnerhub GraphiQL")
    await visitor.expect_session(me["admin"]["displayName"])
    await visitor.expect_session(me["admin"]["email"])
    await visitor.expect_session(me["partner"]["name"])

    await visitor.run()

    await visitor.expect_answer('"data": {')
    await visitor.expect_answer(f'"email": "{me["admin"]["email"]}"')
    assert visitor.complaints == []


async def test_the_token_is_nowhere_but_in_memory(context: BrowserContext, live_server: LiveServer) -> None:
    visitor = await visit(context, f"{live_server.url}/graphql#token={live_server.token}")
    await visitor.run()
    await visitor.expect_answer('"data": {')

    assert visitor.page.url == f"{live_server.url}/graphql"
    stored = await visitor.stored()
    assert "WhoAmI" in stored, "the tabs are kept"
    assert live_server.token not in stored
    assert live_server.token not in json.dumps(await context.storage_state(indexed_db=True))
    assert not any(live_server.token in address.partition("#")[0] for address in visitor.addresses)
    # Going back does not bring it back either.
    assert await visitor.page.evaluate("history.length") == 2
    await visitor.page.go_back()
    assert live_server.token not in visitor.page.url


async def test_nothing_comes_from_another_host(context: BrowserContext, live_server: LiveServer) -> None:
    addresses: list[str] = []
    # The context hears of what workers ask for, too.
    context.on("request", lambda request: addresses.append(request.url))

    visitor = await visit(context, f"{live_server.url}/graphql#token={live_server.token}")
    await visitor.run()
    await visitor.expect_answer('"data": {')
    await visitor.page.get_by_label("Show Documentation Explorer").click()
    await expect(visitor.page.get_by_text("Root Types")).to_be_visible()
    await visitor.page.get_by_label(re.compile("^Prettify query")).click()

    assert len(addresses) > 10
    assert [url for url in addresses if not url.startswith((f"{live_server.url}/graphql", "data:"))] == []
    assert visitor.complaints == []


async def test_every_example_has_a_tab(context: BrowserContext, live_server: LiveServer) -> None:
    visitor = await visit(context, f"{live_server.url}/graphql")

    tabs = visitor.page.locator(".graphiql-tab-button")
    names = [re.findall(r"^query (\w+)", file.read_text(), re.M) for file in EXAMPLES]
    await expect(tabs).to_have_text([name for [name] in names])
    await expect(visitor.page.locator(".graphiql-tab-active")).to_contain_text(names[0])


async def test_a_closed_example_can_be_had_again(context: BrowserContext, live_server: LiveServer) -> None:
    visitor = await visit(context, f"{live_server.url}/graphql#token={live_server.token}")
    await visitor.page.get_by_label("Show Examples").click()

    await visitor.page.get_by_role("button", name="Who am I here").click()
    await expect(visitor.page.get_by_role("tab")).to_have_count(len(EXAMPLES) + 1)
    await expect(visitor.page.locator(".graphiql-tab-active")).to_contain_text("WhoAmI")
    await visitor.run()

    await visitor.expect_answer('"data": {')


async def test_a_reload_forgets_the_token_and_says_how_to_get_one(
    context: BrowserContext, live_server: LiveServer
) -> None:
    visitor = await visit(context, f"{live_server.url}/graphql#token={live_server.token}")
    await visitor.expect_session("Signed in as")

    await visitor.page.reload()

    await visitor.expect_session("You are not signed in. Get a token with partnerhub token EMAIL")
    await visitor.run()
    await visitor.expect_answer("Not sent: sign in above first.")
    assert visitor.complaints == []

    # The same address again, pasted over the one that is open: the browser loads nothing for that.
    await visitor.page.evaluate(f"location.hash = 'token={live_server.token}'")
    await visitor.expect_session("Signed in as")
    assert "#" not in visitor.page.url


async def test_a_pasted_token_signs_in_and_sign_out_forgets_it(
    context: BrowserContext, live_server: LiveServer
) -> None:
    visitor = await visit(context, f"{live_server.url}/graphql")
    field = visitor.page.get_by_label("Access token")
    assert await field.get_attribute("type") == "password"
    assert await field.get_attribute("autocomplete") == "off"

    await field.fill(f" Bearer {live_server.token}\n")
    await visitor.page.get_by_role("button", name="Sign in").click()
    await visitor.expect_session("Signed in as")
    assert live_server.token not in await visitor.stored()

    await visitor.page.get_by_role("button", name="Sign out").click()
    await visitor.expect_session("You are not signed in.")
    assert visitor.complaints == []


@pytest.mark.parametrize("wrong", ["wrong", "e30.e30.e30"])
async def test_a_wrong_token_is_named_as_such(
    context: BrowserContext, live_server: LiveServer, wrong: str
) -> None:
    visitor = await visit(context, f"{live_server.url}/graphql")

    await visitor.page.get_by_label("Access token").fill(wrong)
    await visitor.page.get_by_role("button", name="Sign in").click()

    await visitor.expect_session("The server refused this token (HTTP 401)")
    await visitor.expect_session("Get a token with partnerhub token EMAIL")
    # One request found it out: the schema is asked for by those only who are signed in.
    assert len(visitor.complaints) == 1 and "401" in visitor.complaints[0]


async def test_an_expired_token_ends_the_session(context: BrowserContext, live_server: LiveServer) -> None:
    visitor = await visit(context, f"{live_server.url}/graphql#token={live_server.token}")
    await visitor.expect_session("Signed in as")
    refusal = {"errors": [{"message": "Too late.", "extensions": {"code": "UNAUTHENTICATED"}}]}
    await visitor.page.route("**/graphql", lambda route: route.fulfill(status=401, json=refusal))

    await visitor.run()

    await visitor.expect_answer("UNAUTHENTICATED")
    await visitor.expect_session("it is wrong, or it has expired")


async def test_the_page_and_its_files_say_what_a_browser_may_do(live_server: LiveServer) -> None:
    async with httpx.AsyncClient(base_url=live_server.url, headers={"Accept": "text/html"}) as client:
        html = await client.get("/graphql")
        [script] = re.findall(r'src="(graphql/assets/[^"]+\.js)"', html.text)
        packed = await client.get(f"/{script}", headers={"Accept-Encoding": "br, gzip"})
        plain = await client.get(f"/{script}", headers={"Accept-Encoding": "gzip;q=0"})
        unknown = await client.get("/graphql/assets/nothing.js")
        outside = await client.get("/graphql/assets/..%2Findex.html")

    assert html.headers["Cache-Control"] == "no-cache"
    assert not re.search(r"<script(?![^>]* src=)|<style| on\w+=", html.text), "nothing inline"
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.content == plain.content
    assert "immutable" in packed.headers["Cache-Control"]
    assert unknown.status_code == outside.status_code == 404
    for response in html, packed:
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self'; worker-src 'self'" in policy
        assert "unsafe-eval" not in policy and "http" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_the_bundle_carries_its_licenses_and_its_lock_no_addresses() -> None:
    licenses = (BUNDLE / "dist" / "LICENSES.txt").read_text(encoding="utf-8")
    package = json.loads((BUNDLE / "package.json").read_text(encoding="utf-8"))
    lock = (BUNDLE / "package-lock.json").read_text(encoding="utf-8")

    for name, version in package["dependencies"].items():
        assert re.search(rf"^{re.escape(f'{name} {version}')} \(", licenses, re.M), name
    assert "://" not in lock
    assert '"resolved"' not in lock


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda file: file.stem)
def test_every_example_begins_with_what_it_answers(example: Path) -> None:
    first, *_ = example.read_text(encoding="utf-8").splitlines()

    assert re.match(r"# [A-Z]", first)

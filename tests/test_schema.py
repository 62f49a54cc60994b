"""The printed schema: up to date, described throughout, and accepted by other tools."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema as parse_schema
from graphql import introspection_from_schema, is_specified_scalar_type

from schema import build_schema

ROOT = Path(__file__).parent.parent
GRAPHQL_JS = ROOT / "server" / "graphiql" / "node_modules" / "graphql"
BUILD = """
const { buildSchema, validateSchema } = require(process.argv[1]);
let text = "";
process.stdin.on("data", (part) => { text += part; });
process.stdin.on("end", () => {
  const schema = buildSchema(text);
  console.log(JSON.stringify({
    query: schema.getQueryType()?.name, mutation: schema.getMutationType()?.name,
    subscription: schema.getSubscriptionType()?.name, subscriptionFields: Object.keys(
      schema.getSubscriptionType().getFields()),
    types: Object.keys(schema.getTypeMap()).length, errors: validateSchema(schema).map(String),
  }));
});
"""


@pytest.fixture(scope="module")
def printed() -> str:
    return build_schema().as_str()


def test_the_file_is_what_the_code_prints(printed: str) -> None:
    assert (ROOT / "schema.graphql").read_text(encoding="utf-8").rstrip() == printed.rstrip(), "run make fix"


def test_the_roots_are_named_outright(printed: str) -> None:
    roots = re.search(r"^schema \{([^}]*)\}", printed, re.M)
    assert roots
    assert dict(re.findall(r"(\w+): (\w+)", roots[1])) == {
        "query": "Query",
        "mutation": "Mutation",
        "subscription": "Live",
    }
    schema = parse_schema(printed)
    assert schema.subscription_type and schema.subscription_type.name == "Live"
    assert "subscriptionId" in schema.type_map["Subscription"].fields  # type: ignore[attr-defined]


def test_everything_is_described(printed: str) -> None:
    introspection: Any = introspection_from_schema(parse_schema(printed), descriptions=True)
    standard = {
        name for name, found in parse_schema(printed).type_map.items() if is_specified_scalar_type(found)
    }
    missing: list[str] = []

    def look(place: str, found: dict[str, Any]) -> None:
        if not re.search(r"\w{3}.*[.?)`]$", (found.get("description") or "").strip(), re.S):
            missing.append(place)
        for kind in ("fields", "inputFields", "enumValues", "args"):
            for inner in found.get(kind) or []:
                look(f"{place}.{inner['name']}", inner)

    for found in introspection["__schema"]["types"]:
        if not found["name"].startswith("__") and found["name"] not in standard:
            look(found["name"], found)
    assert missing == []


def test_other_tools_take_the_same_roots_from_it(printed: str) -> None:
    node = shutil.which("node")
    if node is None or not GRAPHQL_JS.exists():
        pytest.skip("no graphql-js here: install Node, then run npm ci in server/graphiql")

    done = subprocess.run(
        [node, "-e", BUILD, str(GRAPHQL_JS)], input=printed, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0, done.stderr
    built = json.loads(done.stdout)
    assert (built["query"], built["mutation"], built["subscription"]) == ("Query", "Mutation", "Live")
    assert "dataImported" in built["subscriptionFields"]
    assert built["errors"] == []

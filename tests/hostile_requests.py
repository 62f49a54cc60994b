"""Requests that no client of good will sends, by kind: what `tests/test_hostile.py` sends, and a benchmark times."""

import json

from tests.hostile import HONEST

NO_REQUESTS: dict[str, bytes] = {
    "nothing but ends of lines": b"\r\n\r\n\r\n\r\nX\r\n\r\n",
    "noise": bytes(range(256)) * 8 + b"\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    "HTTP/0.9": b"GET /graphql\r\n\r\n",
    "HTTP/2's preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/9.9": b"GET /graphql HTTP/9.9\r\nHost: x\r\n\r\n",
    "a made-up method": b"FROB /graphql HTTP/1.1\r\nHost: x\r\n\r\n",
    "a method in small letters": b"get /graphql HTTP/1.1\r\nHost: x\r\n\r\n",
    "a method of 100,000 letters": b"A" * 100_000 + b" /graphql HTTP/1.1\r\nHost: x\r\n\r\n",
    "TRACE": b"TRACE /graphql HTTP/1.1\r\nHost: x\r\n\r\n",
    "CONNECT": b"CONNECT localhost:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    "OPTIONS of everything": b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    "DELETE": b"DELETE /graphql HTTP/1.1\r\nHost: x\r\n\r\n",
    "a path of 300,000 bytes": b"GET /graphql?query=" + b"a" * 300_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "NUL in the path": b"GET /graphql\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a path that climbs": b"GET /graphql/../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    "escapes that are none": b"GET /graphql?query=%zz%ff%fe%00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "another host's address": b"GET http://elsewhere.example/graphql HTTP/1.1\r\nHost: x\r\n\r\n",
    "a header without a colon": b"GET /graphql HTTP/1.1\r\nHost localhost\r\n\r\n",
    "a header's name with a space": b"GET /graphql HTTP/1.1\r\nHost: x\r\nContent Length : 5\r\n\r\n",
    "NUL in a header": b"GET /graphql HTTP/1.1\r\nHost: x\r\nAccept: a\x00b\r\n\r\n",
    "a folded header": b"GET /graphql HTTP/1.1\r\nHost: x\r\nAccept: a\r\n b\r\n\r\n",
    "a header of 300,000 bytes": b"GET /graphql HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 300_000 + b"\r\n\r\n",
    "20,000 headers": b"GET /graphql HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 20_000 + b"\r\n",
}

NO_OPERATIONS: dict[str, bytes] = {
    "nothing": b"",
    "a number": b"5",
    "null": b"null",
    "a text": b'"x"',
    "true": b"true",
    "a list": b"[]",
    "a batch": b'[{"query": "{ __typename }"}, {"query": "{ __typename }"}]',
    "an empty object": b"{}",
    "no JSON": b"{query: 1}",
    "half of it": HONEST[:20],
    "not UTF-8": b'{"query": "\xff\xfe"}',
    "UTF-16": HONEST.decode().encode("utf-16"),
    "100,000 brackets": b"[" * 100_000,
    "100,000 brackets in the variables": b'{"query": "{ __typename }", "variables": {"v": %s%s}}'
    % (b"[" * 100_000, b"]" * 100_000),
    "NUL": b"\0" * 1000,
    "half of a surrogate pair": b'{"query": "{ customers(filter: {search: \\"\\ud800\\"}) { totalCount } }"}',
    "a number without an end": b'{"query": "{ __typename }", "variables": {"n": %s}}' % (b"9" * 100_000),
    "NaN": b'{"query": "{ __typename }", "variables": {"n": NaN}}',
    "more than is read": b'{"query": "%s"}' % (b" " * 300_000),
}

CHUNKS = {
    "no size": b"zz\r\nxx\r\n0\r\n\r\n",
    "a negative size": b"-5\r\nhello\r\n0\r\n\r\n",
    "a size beyond 64 bits": b"fffffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    "longer than it says": b"2\r\nhello\r\n0\r\n\r\n",
    "endless extensions": b"5;" + b"a=b;" * 50_000 + b"\r\nhello\r\n0\r\n\r\n",
    "ten thousand of one byte": b"1\r\n \r\n" * 10_000 + b"0\r\n\r\n",
}

CREDENTIALS = {
    "none": b"",
    "no token": b"Authorization: Bearer",
    "another scheme": b"Authorization: Basic dXNlcjpwYXNz",
    "noise": b"Authorization: Bearer \xff\xfe\x80",
    "three empty parts": b"Authorization: Bearer ..",
    "30,000 bytes": b"Authorization: Bearer " + b"a" * 30_000,
    "a deep header": b"Authorization: Bearer " + b"W1tbW1tbW1tbW1tb" * 500 + b".e30.e30",
}

CHAIN = " ".join(f"fragment f{n} on Query {{ ...f{n + 1} }}" for n in range(1000))
DOCUMENTS = {
    "1,000 fragments in a chain": f"{{ ...f0 }} {CHAIN} fragment f1000 on Query {{ __typename }}",
    "fragments in a circle": "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
    "a fragment in itself": "{ ...a } fragment a on Query { ...a }",
    "fragments that double": "{ ...f0 } "
    + " ".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(60))
    + " fragment f60 on Query { __typename }",
    "10,000 aliases": f"{{ {' '.join(f'a{n}: __typename' for n in range(10_000))} }}",
    "10,000 fields of one name": f"{{ {'__typename ' * 10_000} }}",
    "2,000 directives": f"{{ __typename {'@include(if: true) ' * 2_000} }}",
    "unknown directives": f"{{ __typename {'@nothing ' * 2_000} }}",
    "a deep list": f"{{ customers(filter: {{tags: {'[' * 5_000}{']' * 5_000}}}) {{ totalCount }} }}",
    "a deep object": f"{{ customers(filter: {'{a: ' * 3_000}1{'}' * 3_000}) {{ totalCount }} }}",
    "deep fields": "{ customers { nodes " * 500 + "{ id }" + " } }" * 500,
    "deep braces": "{" * 50_000,
    "1,000 operations": " ".join(f"query q{n} {{ __typename }}" for n in range(1_000)),
    "2,000 variables": f"query ({' '.join(f'$v{n}: Int' for n in range(2_000))}) {{ __typename }}",
    "the schema over and over": f"{{ {' '.join(f's{n}: __schema {{ types {{ name }} }}' for n in range(25))} }}",
    "a huge whole number": "{ customers(first: " + "9" * 10_000 + ") { totalCount } }",
    "a huge float": "{ customers(first: 1e" + "9" * 10_000 + ") { totalCount } }",
    "NUL in a text": '{ customers(filter: {search: "a\\u0000b"}) { totalCount } }',
    "NUL in the document": "{ \0 }",
    "controls in the document": "{ \x01\x02\u202e\ufeff }",
    "a text without an end": '{ customers(filter: {search: "' + "a" * 100_000,
    "a block text without an end": '{ customers(filter: {search: """' + "\n" * 100_000,
    "comments and nothing else": "# no\n" * 20_000,
    "incremental delivery": "{ customers { nodes { id ... @defer { name } } } }",
    "a definition of types": "type Query { all: String } extend type Customer { secret: String }",
    "a made-up cursor": '{ customers(after: "AAAA") { totalCount } }',
    "a made-up ID": '{ node(id: "' + "A" * 10_000 + '") { id } }',
    "1,000 made-up IDs": "{ nodes(ids: [" + '"x" ' * 1_000 + "]) { id } }",
}  # fmt: skip

VALUES: dict[str, object] = {
    "half of a surrogate pair": "\ud800",
    "NUL": "\0",
    "a huge number": 10**400,
    "a deep list": json.loads("[" * 900 + "]" * 900),
    "an object": {"a": 1},
    "200,000 letters": "a" * 200_000,
    "30,000 texts": [str(n) for n in range(30_000)],
    "500 long texts": [str(n) + "a" * 400 for n in range(500)],
}

TAKING = (
    "query ($v: String) { customers(filter: {search: $v}) { totalCount } }",
    "query ($v: Int) { customers(first: $v) { totalCount } }",
    "query ($v: ID!) { node(id: $v) { id } }",
    "query ($v: [String!]) { customers(filter: {tags: $v}) { totalCount } }",
    "query ($v: [String!]) { customers(filter: {countries: $v}) { totalCount } }",
    "query ($v: [ID!]) { customers(filter: {partnerAdminIds: $v}) { totalCount } }",
)
"""Queries that take a value, each in another place."""

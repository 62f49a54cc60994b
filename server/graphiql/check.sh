#!/bin/sh
# Builds the bundle anew and compares it with the committed one, file by file.
set -eu
cd "$(dirname "$0")"
built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
npm run --silent build -- --logLevel warn --outDir "$built"
diff -rq dist "$built" || { echo "server/graphiql/dist is not what its sources build: run npm ci && npm run build there" >&2; exit 1; }

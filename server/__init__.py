"""How it runs: HTTP, tokens, settings, limits, the embedded PostgreSQL, GraphiQL and the command line."""

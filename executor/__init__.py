"""A compiled executor for Strawberry's schemas. It knows GraphQL, and nothing of what the schema is about."""

"""The root of changes."""

import strawberry

from schema.changes import tags


@strawberry.type(
    description="Everything that can be changed. Each change is made as a whole, with its audit event, or not at all;"
    " expected failures are `userErrors`. Several in one operation are made one after the other."
)
class Mutation:
    create_tag = tags.create_tag
    update_tag = tags.update_tag
    delete_tag = tags.delete_tag
    add_tags = tags.add_tags
    remove_tags = tags.remove_tags

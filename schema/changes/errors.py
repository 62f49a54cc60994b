"""Why a change was refused."""

import strawberry

from resolvers.changes.errors import UserErrorCode
from schema.describe import describe

describe(
    UserErrorCode,
    "Why a change was refused.",
    {
        "NOT_FOUND": "An ID or name stands for nothing that the viewer may see.",
        "INVALID": "A value cannot be used.",
        "TAKEN": "Something else has this name or address already.",
        "LIMIT_REACHED": "There would be more of something than the policy allows.",
        "CONFLICT": "It does not fit how things stand, or another change is under way.",
        "NOT_ALLOWED": "None of the viewer's roles permits it.",
    },
)


@strawberry.type(description="An expected failure of a change. Where there is one, nothing was changed.")
class UserError:
    code: UserErrorCode = strawberry.field(description="What kind of failure.")
    field: list[str] | None = strawberry.field(
        description="The path to the argument at fault, such as `input`, `customerIds`, `3`; null for none."
    )
    message: str = strawberry.field(description="What is wrong, and what to do.")

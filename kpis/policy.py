"""Every threshold that a number depends on: its one place, its default and its meaning."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

LARGEST = 2**31 - 1
"""Of a whole number: GraphQL's Int and PostgreSQL's integer end there."""

Days = Annotated[int, Field(le=36_500)]
Number = Annotated[int, Field(le=LARGEST)]
"""Its least value stands with each field: of two that are declared, the lower would count."""
Edge = Annotated[int, Field(ge=0, le=LARGEST)]


class Policy(BaseModel):
    """The thresholds in force. Each is a setting (`PARTNERHUB_` and the name in capitals) and a field of the API."""

    model_config = ConfigDict(frozen=True, validate_default=True)

    expiring_soon_days: Days = Field(
        30, ge=0, description="A customer is EXPIRING_SOON when something ends within this many days."
    )
    no_recent_activity_days: Days = Field(
        90, ge=0, description="NO_RECENT_ACTIVITY applies after more than this many days without a sign-in."
    )
    low_assignment_share_of_median: float = Field(
        0.5,
        gt=0,
        le=100,
        description="A customer is low when its assignment rate is below this share of its peers' median.",
    )
    low_assignment_minimum_peers: Number = Field(
        8, ge=1, description="With fewer customers in its size band, a customer's peers are all customers."
    )
    size_bands: tuple[Edge, ...] = Field(
        (1, 50, 250, 1000),
        min_length=1,
        description="The lowest number of licenses of each size band, ascending.",
    )
    usage_volume_limits: tuple[Edge, Edge] = Field(
        (10, 50), description="The most calls a week of a LOW user, then of a MEDIUM user; more is HIGH."
    )
    good_call_packet_loss_percent: float = Field(
        5.0, gt=0, le=100, description="A GOOD call loses less than this percentage of its packets."
    )
    good_call_latency_ms: Number = Field(
        400, gt=0, description="A GOOD call's round trip takes less than this many milliseconds."
    )
    good_call_jitter_ms: Number = Field(
        150, gt=0, description="A GOOD call's jitter is below this many milliseconds."
    )
    trial_default_days: Days = Field(
        30,
        ge=1,
        description="The length of a trial when none is given, in days; the longest, if that is less.",
    )
    trial_maximum_days: Days = Field(90, ge=1, description="The longest a trial may run from today, in days.")
    trial_maximum_quantity: Number = Field(
        1000, ge=1, description="The most licenses of one product in a trial."
    )
    tags_per_customer: Number = Field(20, ge=1, description="The most tags that one customer may have.")
    terms_version: str = Field(
        "2026-01",
        min_length=1,
        description="The version of the terms that the own organization's set-up accepts.",
    )

    @field_validator("size_bands", "usage_volume_limits")
    @classmethod
    def _ascends(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if list(value) != sorted(set(value)):
            raise ValueError("each number has to be larger than the one before it")
        return value

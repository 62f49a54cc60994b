"""The enums of the calling analytics, described."""

from kpis.calling import UsageVolume
from models.enums import CallingFeature, EndpointType
from resolvers.calling_customers import (
    CustomerCallingUsageOrderField,
    CustomerCallQualityOrderField,
    CustomerCallQueueOrderField,
)
from schema.describe import describe

__all__ = [
    "CallingFeature",
    "CustomerCallQualityOrderField",
    "CustomerCallQueueOrderField",
    "CustomerCallingUsageOrderField",
    "EndpointType",
    "UsageVolume",
]

describe(
    UsageVolume,
    "How much a licensed user called in a week. `Policy.usageVolumeLimits` has the limits.",
    {
        "NONE": "No call at all.",
        "LOW": "At least one call, and at most the first limit.",
        "MEDIUM": "More calls than that, and at most the second limit.",
        "HIGH": "More calls than the second limit.",
    },
)
describe(
    EndpointType,
    "What a call was made or taken with.",
    {
        "WXC_CLIENT": "The app.",
        "WXC_DEVICE": "A desk or room device.",
        "WXC_THIRD_PARTY": "A device of another maker.",
        "TEAMS_WXC_CLIENT": "The calling client within Microsoft Teams.",
        "WXC_SIP_GW": "A local gateway.",
        "SIP": "Another SIP endpoint.",
    },
)
describe(
    CallingFeature,
    "An advanced feature that calls use.",
    {
        "CALL_QUEUE": "Callers wait in a queue for an agent.",
        "AUTO_ATTENDANT": "A menu takes the call and passes it on.",
        "HUNT_GROUP": "A group of users rings, together or in turn.",
        "CALL_PARK": "The call is held until somebody takes it up elsewhere.",
        "CALL_PICKUP": "A user answers a call that rings for another.",
        "CALL_FORWARD": "The call goes on to another number.",
        "CALL_TRANSFER": "The call is handed to somebody else.",
        "VOICEMAIL": "The caller reaches a mailbox.",
        "CALL_RECORDING": "The call is recorded.",
        "PAGING_GROUP": "One user speaks to a group of devices.",
        "SINGLE_NUMBER_REACH": "Calls ring on several of the user's devices.",
    },
)
_BY_NAME = "By the customer's name."
describe(
    CustomerCallingUsageOrderField,
    "What customers' usage is ordered by. Ties go by customer name, then customer ID.",
    {
        "CUSTOMER_NAME": _BY_NAME,
        "CALLS": "By the number of calls.",
        "ACTIVE_USERS": "By the number of users with a call.",
        "CALLS_CHANGE": "By how many more calls there were than in the week before.",
    },
)
describe(
    CustomerCallQualityOrderField,
    "What customers' call quality is ordered by. Ties go by customer name, then customer ID.",
    {
        "CUSTOMER_NAME": _BY_NAME,
        "POOR": "By the number of poor calls.",
        "POOR_RATE": "By the share of poor calls: descending, the worst come first. Without metrics, last.",
    },
)
describe(
    CustomerCallQueueOrderField,
    "What customers' call queues are ordered by. Ties go by customer name, then customer ID.",
    {
        "CUSTOMER_NAME": _BY_NAME,
        "CALLS": "By the number of queue calls.",
        "ABANDONED_RATE": "By the share of abandoned calls.",
        "AVERAGE_ANSWER": "By the average time to an answer; customers without one come last.",
    },
)

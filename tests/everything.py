"""Operations that select every field of the reading half, each under the root field that it is about.

What is not selected here has no test of its scope: `tests/test_scope.py` tells what is missing.
"""

from collections.abc import Iterator
from typing import Any

from graphql import (
    FieldNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_composite_type,
    parse,
    visit,
)

FRAGMENTS = """
fragment Admin on PartnerAdmin { id email displayName roles active hasAccessToAllCustomers lastSignInAt }
fragment Label on Tag { id name description createdAt createdBy { ...Admin } }
fragment State on LicenseState {
  asOf total assigned used available overage usedLast90Days
  assignmentRate usageRate usageOfAssignedRate assignmentChange usageChange
}
fragment Point on LicenseDistributionPoint { from to total assigned used }
fragment Line on License { id product state { ...State } trend(last: 2) { ...Point } }
fragment Around on PageInfo { hasNextPage hasPreviousPage startCursor endCursor }
fragment Ordered on Order { id orderId orderedOn type product quantity amount { amount currency } }
fragment Billed on Invoice { id number issuedOn dueOn amount { amount currency } status documentUrl }
fragment Whose on Customer { id customerId name industry }
fragment Bought on Subscription {
  id subscriptionId displayId status addedOn startDate endDate inForce autoRenew renewsOn
  daysUntilExpiration daysUntilRenewal
  customer { ...Whose } licenses { ...Line }
}
fragment Bills on Subscription {
  orders(first: 5) { totalCount pageInfo { ...Around } nodes { ...Ordered } }
  invoices(first: 5) { totalCount pageInfo { ...Around } nodes { ...Billed } }
}
fragment Tried on Trial {
  id trialId displayId status addedOn startDate endDate inForce daysUntilExpiration
  customer { ...Whose } licenses { ...Line } startedBy { ...Admin } convertedTo { id subscriptionId }
}
fragment All on Customer {
  ...Whose managedBy country createdOn lastAdminSignInAt statuses primaryStatus products launchUrl
  nextExpirationOn nextRenewalOn
  tags { ...Label customers(first: 5) { totalCount nodes { ...Whose } } }
  partnerAdmins { ...Admin assignedCustomers(first: 5) { totalCount nodes { ...Whose } } }
  subscriptions(first: 5) { totalCount pageInfo { ...Around } nodes { ...Bought } }
  trials(first: 5) { totalCount pageInfo { ...Around } nodes { ...Tried } }
  licenses { ...State }
  licenseTrend(last: 2) { ...Point }
}
fragment Row on LicenseRow {
  displayId product daysSinceAdded monthsSinceAdded daysUntilExpiration daysUntilRenewal monthsRemaining
  autoRenew peerMedianAssignmentRate
  customer { ...Whose } state { ...State }
  entitlement { id displayId customer { ...Whose } licenses { ...Line } }
}
fragment Rows on LicenseRowConnection { totalCount pageInfo { ...Around } nodes { ...Row } }
fragment Week on Week { start end }
fragment Used on CallingUsageFigures {
  week { ...Week } licensedUsers activeUsers calls minutes usersByVolume { volume users }
}
fragment Heard on CallQualityFigures { week { ...Week } good poor unknown poorRate }
fragment Waited on CallQueueFigures {
  week { ...Week } calls answered overflowed abandoned
  averageAnswerSeconds averageWaitBeforeAbandonmentSeconds abandonedRate
}
fragment Featured on FeatureUsage { feature calls customers callsChange }
fragment Overall on OverviewKpis {
  totalCustomers nearingExpiration nearingRenewal lowLicenseAssignment overLicenseLimit
}
"""

OPERATIONS = {
    "viewer": """{ viewer {
        permissions
        admin { ...Admin assignedCustomers(first: 5) { totalCount nodes { ...All } } }
        partner {
            id name policy { expiringSoonDays }
            ownOrganization {
                state termsAcceptedAt launchUrl
                plan { product quantity description } termsAcceptedBy { ...Admin } customer { ...All }
            }
        }
    } }""",
    "node": "query($id: ID!) { node(id: $id) { id ...All } }",
    "nodes": """query($ids: [ID!]!) { nodes(ids: $ids) {
        __typename id ...All ...Line ...Admin ...Label
        ... on Entitlement { displayId customer { ...Whose } lines: licenses { ...Line } }
        ... on Trial { startedBy { ...Admin } }
        ... on Partner { name }
        ... on Order { orderId }
        ... on Invoice { number }
        ... on Resource { title }
        ... on AuditEvent { targetName }
    } }""",
    "customer": '{ customer(customerId: "C1") { ...All } other: customer(customerId: "hidden-3") { ...All } }',
    "customers": """{ customers(first: 10) {
        totalCount pageInfo { ...Around } nodes { ...All } edges { cursor node { ...Whose } }
    } }""",
    "subscriptions": """{ subscriptions(first: 10) {
        totalCount pageInfo { ...Around } nodes { ...Bought } edges { cursor node { id } }
    } }""",
    "subscriptions, billed": "{ subscriptions(first: 10) { nodes { subscriptionId ...Bills } } }",
    "trials": """{ trials(first: 10) {
        totalCount pageInfo { ...Around } nodes { ...Tried } edges { cursor node { id } }
    } }""",
    "partnerAdmins": """{ partnerAdmins(first: 20) {
        totalCount pageInfo { ...Around }
        nodes { ...Admin assignedCustomers(first: 5) { totalCount pageInfo { ...Around } nodes { ...Whose } } }
    } }""",
    "tags": """{ tags(first: 20) {
        totalCount pageInfo { ...Around }
        nodes { ...Label customers(first: 5) { totalCount pageInfo { ...Around } nodes { ...Whose } } }
    } }""",
    "analytics": """{ analytics {
        asOf processedAt overview { ...Overall }
        licenses(product: CALLING) {
            product overview { ...Overall } distributionTrend(last: 3) { ...Point }
            recentlyAdded { newCustomers totalLicenses rows(first: 5) { ...Rows } }
            expiring { customers assignmentRate usageRate rows(first: 5) { ...Rows } }
            renewing { customers assignmentRate usageRate rows(first: 5) { ...Rows } }
            lowAssignment {
                customers assignmentRate usageRate usageOfAssignedRate unassignedLicenses rows(first: 5) { ...Rows }
            }
            overage { customers licensesInOverage averageOverage rows(first: 5) { ...Rows } }
        }
    } }""",
    "calling": """{ analytics { calling {
        week { ...Week }
        usage {
            trend(weeks: 2) { ...Used }
            customers(first: 5) {
                totalCount pageInfo { ...Around }
                nodes { customer { ...Whose } figures { ...Used } activeUsersChange callsChange }
            }
        }
        quality {
            trend(weeks: 2) { ...Heard }
            byEndpointType { endpointType figures { ...Heard } }
            customers(first: 5) {
                totalCount pageInfo { ...Around }
                nodes { customer { ...Whose } figures { ...Heard } poorRateChange }
            }
        }
        features { week { ...Week } usage { ...Featured } }
        queues {
            figures { ...Waited } trend(weeks: 2) { ...Waited }
            customers(first: 5) {
                totalCount pageInfo { ...Around }
                nodes { customer { ...Whose } figures { ...Waited } featureCalls { ...Featured } }
            }
        }
    } } }""",
    "customers, calling": """{ customers(first: 10) { nodes {
        ...Whose calling { week { ...Week } usage { ...Used } quality { ...Heard } queues { ...Waited } }
    } } }""",
    "resources": """{ resources(first: 20) {
        totalCount pageInfo { ...Around }
        nodes { id title summary url kind product language quickLink trending tags }
    } }""",
    "helpDesks": "{ helpDesks { name service email phone chatUrl hours } }",
    "auditEvents": """{ auditEvents(first: 20) {
        totalCount pageInfo { ...Around }
        nodes { id at action targetType targetId targetName detail actor { ...Admin } }
    } }""",
}


def document(operation: str) -> str:
    """The operation with the fragments that it spreads."""
    fragments = {text.split()[0]: f"fragment {text}" for text in FRAGMENTS.split("fragment ")[1:]}
    needed: dict[str, str] = {}
    texts = [operation]
    while texts:
        text = texts.pop()
        for name, fragment in fragments.items():
            if f"...{name} " in f"{text} " and name not in needed:
                needed[name] = fragment
                texts.append(fragment)
    return operation + "\n" + "".join(needed.values())


def relations(schema: GraphQLSchema) -> Iterator[str]:
    """Every field that can be read and leads to objects; connections' own fields are alike and left out."""
    assert schema.query_type
    reached: dict[str, GraphQLObjectType | GraphQLInterfaceType] = {}
    waiting: list[Any] = [schema.query_type]
    while waiting:
        found = waiting.pop()
        if found.name not in reached:
            reached[found.name] = found
            if isinstance(found, GraphQLInterfaceType):
                waiting += schema.get_possible_types(found)
            waiting += [
                named
                for field in found.fields.values()
                if is_composite_type(named := get_named_type(field.type))
            ]
    for name, found in sorted(reached.items()):
        if not name.endswith(("Connection", "Edge")):
            for field_name, field in found.fields.items():
                if is_composite_type(get_named_type(field.type)):
                    yield f"{name}.{field_name}"


class _Selected(Visitor):
    def __init__(self, types: TypeInfo, found: set[str]) -> None:
        super().__init__()
        self._types, self._found = types, found

    def enter_field(self, node: FieldNode, *_args: Any) -> None:
        parent = self._types.get_parent_type()
        if parent:
            self._found.add(f"{parent.name}.{node.name.value}")


def selected(schema: GraphQLSchema) -> set[str]:
    """Every field that the operations select, as `Type.field`."""
    found: set[str] = set()
    types = TypeInfo(schema)
    for operation in OPERATIONS.values():
        visit(parse(document(operation)), TypeInfoVisitor(types, _Selected(types, found)))
    return found

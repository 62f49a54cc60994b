// Mercurius with its JIT: resolvers and loaders by hand over pg, each statement prepared.
import Fastify from "fastify";
import mercurius from "mercurius";
import { readFileSync } from "node:fs";
import { pool, viewerOf } from "./viewer.mjs";

const statement = (name) => readFileSync(new URL(`../operations/${name}.sql`, import.meta.url), "utf8");
const placed = (text, ...names) =>
  names.reduce((sql, name, n) => sql.replaceAll(new RegExp(`(?<!:):${name}\\b`, "g"), `$${n + 1}`), text);

const rows = async (name, text, values) => (await pool.query({ name, text, values })).rows;

// The rows of each parent, in the order of the parents.
async function each(name, text, queries, { viewer }, key, ...values) {
  const ids = queries.map(({ obj }) => obj[key]);
  const found = new Map(ids.map((id) => [id, []]));
  for (const row of await rows(name, text, [viewer.partner, ids, ...values])) found.get(row.parent_id).push(row);
  return queries.map(({ obj }) => found.get(obj[key]));
}

const CUSTOMER = `c.id, c.external_id AS "customerId", c.name, c.country, c.managed_by AS "managedBy",
  c.created_on AS "createdOn"`;
const CUSTOMERS = `SELECT ${CUSTOMER} FROM customers c
  WHERE c.partner_id = $1 AND NOT c.is_own_organization ORDER BY c.name, c.external_id LIMIT $2`;
const CUSTOMER_WITH_STANDING = `SELECT ${CUSTOMER}, c.industry, c.last_admin_sign_in_at AS "lastAdminSignInAt",
    c.launch_url AS "launchUrl", s.statuses, s.products, s.next_expiration_on AS "nextExpirationOn",
    s.next_renewal_on AS "nextRenewalOn"
  FROM rival.customers c JOIN rival.standings s ON s.partner_id = c.partner_id AND s.customer_id = c.id
  WHERE c.partner_id = $1 AND c.external_id = $2`;
const TAGS = `SELECT ct.customer_id AS parent_id, g.name, g.description FROM customer_tags ct
  JOIN tags g ON g.partner_id = $1 AND g.id = ct.tag_id
  WHERE ct.partner_id = $1 AND ct.customer_id = ANY($2) ORDER BY g.name_key`;
const ADMINS = `SELECT aa.customer_id AS parent_id, a.display_name AS "displayName", a.email, a.roles
  FROM admin_assignments aa JOIN partner_admins a ON a.partner_id = $1 AND a.id = aa.admin_id
  WHERE aa.partner_id = $1 AND aa.customer_id = ANY($2) ORDER BY a.display_name, a.email_key`;
const FIGURES = `as_of AS "asOf", total, assigned, used, available, overage, used_last_90_days AS "usedLast90Days",
  assignment_rate AS "assignmentRate", usage_rate AS "usageRate", usage_of_assigned_rate AS "usageOfAssignedRate"`;
const TOTALS = `SELECT customer_id AS parent_id, as_of AS "asOf", total::int, assigned::int, used::int, available::int,
    overage::int, used_last_90_days::int AS "usedLast90Days", assignment_rate AS "assignmentRate",
    usage_rate AS "usageRate", usage_of_assigned_rate AS "usageOfAssignedRate"
  FROM rival.license_totals WHERE partner_id = $1 AND customer_id = ANY($2)`;
const SUBSCRIPTIONS = (order) => `SELECT parent.id AS parent_id, s.*
  FROM unnest($2::bigint[]) AS parent(id) CROSS JOIN LATERAL (
    SELECT s.id, s.external_id AS "subscriptionId",
      CASE WHEN s.end_date < $4 THEN 'EXPIRED' ELSE s.status END AS status, s.start_date AS "startDate",
      s.end_date AS "endDate", s.auto_renew AS "autoRenew", CASE WHEN s.auto_renew THEN s.end_date END AS "renewsOn",
      CASE WHEN NOT s.auto_renew THEN s.end_date - $4::date END AS "daysUntilExpiration",
      CASE WHEN s.auto_renew THEN s.end_date - $4::date END AS "daysUntilRenewal"
    FROM subscriptions s WHERE s.partner_id = $1 AND s.customer_id = parent.id ORDER BY ${order} LIMIT $3) s`;
const ORDERS_OF_SUBSCRIPTIONS = {
  SUBSCRIPTION_ID: SUBSCRIPTIONS("s.external_id"),
  END_DATE: SUBSCRIPTIONS("s.end_date, s.external_id"),
};
const TRIALS = `SELECT parent.id AS parent_id, t.* FROM unnest($2::bigint[]) AS parent(id) CROSS JOIN LATERAL (
    SELECT t.id, t.external_id AS "trialId", t.status, t.start_date AS "startDate", t.end_date AS "endDate",
      t.days_until_expiration AS "daysUntilExpiration", a.display_name AS "startedByName"
    FROM rival.trials t LEFT JOIN partner_admins a ON a.partner_id = $1 AND a.id = t.started_by_id
    WHERE t.partner_id = $1 AND t.customer_id = parent.id ORDER BY t.end_date, t.external_id LIMIT $3) t`;
const COUNTS = (table) => `SELECT parent.id AS parent_id, (SELECT count(*)::int FROM ${table} e
    WHERE e.partner_id = $1 AND e.customer_id = parent.id) AS total FROM unnest($2::bigint[]) AS parent(id)`;
const LINES = (key) => `SELECT ${key} AS parent_id, product, ${FIGURES} FROM rival.licenses
  WHERE partner_id = $1 AND ${key} = ANY($2) ORDER BY place`;
const BILLS = (columns, table, day) => `SELECT parent.id AS parent_id, b.* FROM unnest($2::bigint[]) AS parent(id)
  CROSS JOIN LATERAL (SELECT ${columns} FROM ${table} b
    WHERE b.partner_id = $1 AND b.subscription_id = parent.id ORDER BY b.${day} DESC, b.external_id LIMIT $3) b`;
const ORDERS = BILLS(`b.external_id AS "orderId", b.ordered_on AS "orderedOn", b.type, b.product, b.quantity, b.amount,
  b.currency`, "orders", "ordered_on");
const INVOICES = BILLS(`b.number, b.issued_on AS "issuedOn", b.due_on AS "dueOn", b.status, b.amount, b.currency`,
  "invoices", "issued_on");
const OVERVIEW = placed(statement("overview_of_both_kept"), "partner", "as_of");
const TREND = placed(statement("trend"), "partner", "as_of", "days");

const schema = `
  enum SubscriptionOrder { SUBSCRIPTION_ID END_DATE }
  type Query {
    customers(first: Int!): CustomerConnection!
    customer(customerId: String!): Customer
    overview(asOf: String!): Overview!
    trend(asOf: String!, days: [String!]!): [Point!]!
  }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type CustomerConnection { nodes: [Customer!]! pageInfo: PageInfo! }
  type Customer {
    id: ID! customerId: String! name: String! country: String! managedBy: String! createdOn: String! industry: String
    lastAdminSignInAt: String launchUrl: String! statuses: [String!]! products: [String!]!
    nextExpirationOn: String nextRenewalOn: String
    tags: [Tag!]! partnerAdmins: [PartnerAdmin!]! licenses: LicenseState!
    subscriptions(first: Int!, orderBy: SubscriptionOrder = SUBSCRIPTION_ID): SubscriptionConnection!
    trials(first: Int!): TrialConnection!
  }
  type Tag { name: String! description: String }
  type PartnerAdmin { displayName: String! email: String! roles: [String!]! }
  type SubscriptionConnection { nodes: [Subscription!]! pageInfo: PageInfo! totalCount: Int! }
  type Subscription {
    id: ID! subscriptionId: String! status: String! startDate: String! endDate: String! autoRenew: Boolean!
    renewsOn: String daysUntilExpiration: Int daysUntilRenewal: Int
    licenses: [License!]! orders(first: Int!): [Order!]! invoices(first: Int!): [Invoice!]!
  }
  type TrialConnection { nodes: [Trial!]! totalCount: Int! }
  type Trial {
    id: ID! trialId: String! status: String! startDate: String! endDate: String! daysUntilExpiration: Int!
    startedBy: Starter licenses: [License!]!
  }
  type Starter { displayName: String! }
  type License { product: String! state: LicenseState! }
  type LicenseState {
    asOf: String! total: Int! assigned: Int! used: Int! available: Int! overage: Int! usedLast90Days: Int!
    assignmentRate: Float usageRate: Float usageOfAssignedRate: Float
  }
  type Money { amount: String! currency: String! }
  type Order {
    orderId: String! orderedOn: String! type: String! product: String! quantity: Int! amount: Money!
  }
  type Invoice { number: String! issuedOn: String! dueOn: String! status: String! amount: Money! }
  type Overview {
    totalCustomers: Int! nearingExpiration: Int! nearingRenewal: Int! lowLicenseAssignment: Int! overLicenseLimit: Int!
  }
  type Point { to: String! total: Int! assigned: Int! used: Int! }
`;

const today = () => new Date().toISOString().slice(0, 10);
const cursor = (...values) => Buffer.from(JSON.stringify(values)).toString("base64url");
const own = (row) => row;

function page(found, first, keys) {
  const nodes = found.slice(0, first);
  const last = nodes.at(-1);
  const endCursor = last ? cursor(...keys.map((key) => last[key])) : null;
  return { nodes, pageInfo: { hasNextPage: found.length > first, endCursor } };
}

const resolvers = {
  Query: {
    customers: async (_, { first }, { viewer }) =>
      page(await rows("customers", CUSTOMERS, [viewer.partner, first + 1]), first, ["name", "customerId"]),
    customer: async (_, { customerId }, { viewer }) =>
      (await rows("customer", CUSTOMER_WITH_STANDING, [viewer.partner, customerId]))[0] ?? null,
    overview: async (_, { asOf }, { viewer }) =>
      numbers((await rows("overview", OVERVIEW, [viewer.partner, asOf]))[0]),
    trend: async (_, { asOf, days }, { viewer }) =>
      (await rows("trend", TREND, [viewer.partner, asOf, days])).map(({ to, ...point }) => ({ to, ...numbers(point) })),
  },
  Trial: { startedBy: (trial) => (trial.startedByName ? { displayName: trial.startedByName } : null) },
  License: { state: own },
  Order: { amount: own },
  Invoice: { amount: own },
};

// Counts and sums are bigints, which pg gives as texts.
const numbers = (row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)]));

// A level's parents by one statement; nothing is asked twice in a request, so nothing need be remembered.
const batched = (loader) => ({ loader, opts: { cache: false } });
const lists = (name, text, key = "id") =>
  batched((queries, context) => each(name, text, queries, context, key));
const firsts = (name, text) =>
  batched((queries, context) => each(name, text, queries, context, "id", queries[0].params.first));
const counts = (name, table) =>
  batched(async (queries, context) =>
    (await each(name, COUNTS(table), queries, context, "customer")).map(([row]) => row.total));

const loaders = {
  Customer: {
    tags: lists("tags", TAGS),
    partnerAdmins: lists("admins", ADMINS),
    licenses: batched(async (queries, context) =>
      (await each("totals", TOTALS, queries, context, "id")).map(([row]) => row)),
    subscriptions: batched(async (queries, context) => {
      const { first, orderBy } = queries[0].params;
      const text = ORDERS_OF_SUBSCRIPTIONS[orderBy];
      const found = await each(`subscriptions ${orderBy}`, text, queries, context, "id", first + 1, today());
      return found.map((list, n) => ({ customer: queries[n].obj.id, ...page(list, first, ["subscriptionId"]) }));
    }),
    trials: batched(async (queries, context) => {
      const found = await each("trials", TRIALS, queries, context, "id", queries[0].params.first);
      return found.map((nodes, n) => ({ customer: queries[n].obj.id, nodes }));
    }),
  },
  SubscriptionConnection: { totalCount: counts("count of subscriptions", "subscriptions") },
  TrialConnection: { totalCount: counts("count of trials", "trials") },
  Subscription: {
    licenses: lists("licenses of subscriptions", LINES("subscription_id")),
    orders: firsts("orders", ORDERS),
    invoices: firsts("invoices", INVOICES),
  },
  Trial: { licenses: lists("licenses of trials", LINES("trial_id")) },
};

const app = Fastify({ logger: false });
app.register(mercurius, {
  schema,
  resolvers,
  loaders,
  jit: 1,
  graphiql: false,
  context: async (request) => ({ viewer: await viewerOf(request.headers.authorization) }),
});
await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });

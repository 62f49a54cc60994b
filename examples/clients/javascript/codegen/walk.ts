// graphql-codegen's client preset over plain fetch: signs in, walks a list to its end, changes something once, and shows
// an error. Everything that comes back has a type.
import { graphql } from './generated/gql.js';
import type { CustomersQuery, TypedDocumentString } from './generated/graphql.js';

type Failure = { message: string; extensions: { code: string } };

async function ask<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  headers: Record<string, string> = {},
): Promise<{ data: Result; errors?: Failure[] }> {
  const response = await fetch(process.env.URL!, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${process.env.TOKEN}`,
      ...headers,
    },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  return (await response.json()) as { data: Result; errors?: Failure[] };
}

// Who asks.
const WhoAmI = graphql(`
  query WhoAmI {
    viewer { admin { email } partner { name } }
  }
`);
const { viewer } = (await ask(WhoAmI, {})).data;
console.log(`signed in as ${viewer.admin.email} of ${viewer.partner.name}`);

// A list to its end: each page is asked for with the cursor of the one before.
const Customers = graphql(`
  query Customers($after: String) {
    customers(first: 25, after: $after, orderBy: { field: URGENCY }) {
      totalCount
      nodes { id name primaryStatus nextExpirationOn }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const ids = new Set<string>();
let page: CustomersQuery['customers'] | undefined;
let pages = 0;
do {
  page = (await ask(Customers, { after: page?.pageInfo.endCursor })).data.customers;
  page.nodes.forEach((customer) => ids.add(customer.id));
  pages += 1;
} while (page.pageInfo.hasNextPage);
console.log(`walked ${ids.size} of ${page.totalCount} customers in ${pages} pages`);

// A change under a key of its own: sent again, as after a lost answer, it is not made again.
const CreateTag = graphql(`
  mutation CreateTag($input: CreateTagInput!) {
    createTag(input: $input) { tag { id name } userErrors { code field message } }
  }
`);
const input = { name: `codegen ${Date.now()}` };
const create = async (key: string) => (await ask(CreateTag, { input }, { 'Idempotency-Key': key })).data.createTag;
const key = crypto.randomUUID();
const [first, again] = [await create(key), await create(key)];
console.log(`made once: ${first.tag?.id === again.tag?.id}`);

// What can be expected to go wrong comes as `userErrors` ...
const taken = await create(crypto.randomUUID());
console.log(`refused: ${taken.userErrors[0]?.code}`);

// ... and everything else as an error with a code.
const Node = graphql(`query Node($id: ID!) { node(id: $id) { id } }`);
const { errors } = await ask(Node, { id: 'made up' });
console.log(`failed: ${errors?.[0]?.extensions.code}`);

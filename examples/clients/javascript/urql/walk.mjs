// urql: signs in, walks a list to its end, changes something once, and shows an error.
import { Client, cacheExchange, fetchExchange, gql } from '@urql/core';

const client = new Client({
  url: process.env.URL,
  preferGetMethod: false, // questions may go by GET too, changes never do
  exchanges: [cacheExchange, fetchExchange],
  fetchOptions: () => ({ headers: { authorization: `Bearer ${process.env.TOKEN}` } }),
});

function dataOf({ data, error }) {
  if (error) throw error;
  return data;
}

// Who asks.
const { viewer } = dataOf(
  await client.query(
    gql`
      query WhoAmI {
        viewer { admin { email } partner { name } }
      }
    `,
    {},
  ),
);
console.log(`signed in as ${viewer.admin.email} of ${viewer.partner.name}`);

// A list to its end: each page is asked for with the cursor of the one before.
const PAGE = gql`
  query Customers($after: String) {
    customers(first: 25, after: $after, orderBy: { field: URGENCY }) {
      totalCount
      nodes { id name primaryStatus }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
const ids = new Set();
let pages = 0;
let page = { pageInfo: { hasNextPage: true, endCursor: null } };
while (page.pageInfo.hasNextPage) {
  page = dataOf(await client.query(PAGE, { after: page.pageInfo.endCursor })).customers;
  page.nodes.forEach((customer) => ids.add(customer.id));
  pages += 1;
}
console.log(`walked ${ids.size} of ${page.totalCount} customers in ${pages} pages`);

// A change under a key of its own: sent again, as after a lost answer, it is not made again.
const CREATE = gql`
  mutation CreateTag($input: CreateTagInput!, $key: String!) {
    createTag(input: $input, idempotencyKey: $key) { tag { id name } userErrors { code field message } }
  }
`;
const input = { name: `urql ${Date.now()}` };
const create = async (key) => dataOf(await client.mutation(CREATE, { input, key })).createTag;
const key = crypto.randomUUID();
const [first, again] = [await create(key), await create(key)];
console.log(`made once: ${first.tag.id === again.tag.id}`);

// What can be expected to go wrong comes as `userErrors` ...
const taken = await create(crypto.randomUUID());
console.log(`refused: ${taken.userErrors[0].code}`);

// ... and everything else as an error with a code.
const { error } = await client.query(gql`query { node(id: "made up") { id } }`, {});
console.log(`failed: ${error.graphQLErrors[0].extensions.code}`);

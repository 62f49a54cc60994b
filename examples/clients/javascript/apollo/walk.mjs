// Apollo Client 4: signs in, walks a list to its end in the cache, changes something once, and shows an error.
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client/core';
import { SetContextLink } from '@apollo/client/link/context';
import { relayStylePagination } from '@apollo/client/utilities';

const signedIn = new SetContextLink(({ headers }) => ({
  headers: { ...headers, authorization: `Bearer ${process.env.TOKEN}` },
}));

const client = new ApolloClient({
  link: ApolloLink.from([signedIn, new HttpLink({ uri: process.env.URL })]),
  cache: new InMemoryCache({
    // Pages of a connection with the same filter and order are one list in the cache.
    typePolicies: { Query: { fields: { customers: relayStylePagination(['filter', 'orderBy']) } } },
  }),
});

// Who asks.
const { data: who } = await client.query({
  query: gql`
    query WhoAmI {
      viewer { admin { email } partner { name } }
    }
  `,
});
console.log(`signed in as ${who.viewer.admin.email} of ${who.viewer.partner.name}`);

// A list to its end: each page is asked for with the cursor of the one before, and the cache joins them. It would take
// the list so far for an answer, so it is passed by.
const PAGE = gql`
  query Customers($after: String) {
    customers(first: 25, after: $after, orderBy: { field: URGENCY }) {
      totalCount
      edges { node { id name primaryStatus } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
let list;
let pages = 0;
do {
  const { data } = await client.query({
    query: PAGE,
    variables: { after: list?.pageInfo.endCursor },
    fetchPolicy: 'network-only',
  });
  list = data.customers;
  pages += 1;
} while (list.pageInfo.hasNextPage);
const ids = new Set(list.edges.map((edge) => edge.node.id));
console.log(`walked ${ids.size} of ${list.totalCount} customers in ${pages} pages`);

// A change under a key of its own: sent again, as after a lost answer, it is not made again.
const create = () =>
  client.mutate({
    mutation: gql`
      mutation CreateTag($input: CreateTagInput!) {
        createTag(input: $input) { tag { id name } userErrors { code field message } }
      }
    `,
    variables: { input: { name } },
    context: { headers: { 'Idempotency-Key': key } },
  });
const name = `Apollo ${Date.now()}`;
let key = crypto.randomUUID();
const [first, again] = [await create(), await create()];
console.log(`made once: ${first.data.createTag.tag.id === again.data.createTag.tag.id}`);

// What can be expected to go wrong comes as `userErrors` ...
key = crypto.randomUUID();
const taken = await create();
console.log(`refused: ${taken.data.createTag.userErrors[0].code}`);

// ... and everything else as an error with a code.
try {
  await client.query({ query: gql`query { node(id: "made up") { id } }` });
} catch (error) {
  if (!CombinedGraphQLErrors.is(error)) throw error;
  console.log(`failed: ${error.errors[0].extensions.code}`);
}

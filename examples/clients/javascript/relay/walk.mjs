// Relay: signs in, walks a connection to its end in the store, changes something once, and shows an error.
import relay from 'relay-runtime';
import CREATE from './__generated__/documentsCreateTagMutation.graphql.js';
import CUSTOMERS_FRAGMENT from './__generated__/documents_customers.graphql.js';
import NEXT_PAGE from './__generated__/documentsCustomersPageQuery.graphql.js';
import CUSTOMERS from './__generated__/documentsCustomersQuery.graphql.js';
import NODE from './__generated__/documentsNodeQuery.graphql.js';
import WHO_AM_I from './__generated__/documentsWhoAmIQuery.graphql.js';

const { Environment, Network, RecordSource, Store } = relay;

const environment = new Environment({
  store: new Store(new RecordSource()),
  network: Network.create(async ({ text }, variables, { metadata }) => {
    const key = metadata?.idempotencyKey;
    const response = await fetch(process.env.URL, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Authorization: `Bearer ${process.env.TOKEN}`,
        ...(key && { 'Idempotency-Key': key }),
      },
      body: JSON.stringify({ query: text, variables }),
    });
    const answer = await response.json();
    if (answer.errors) {
      const [{ message, extensions }] = answer.errors;
      throw Object.assign(new Error(message), extensions);
    }
    return answer;
  }),
});

// Who asks.
const { viewer } = await relay.fetchQuery(environment, WHO_AM_I, {}).toPromise();
console.log(`signed in as ${viewer.admin.email} of ${viewer.partner.name}`);

// A connection to its end: @connection joins the pages in the store, where the fragment is read.
const operation = relay.createOperationDescriptor(CUSTOMERS, {});
const kept = environment.retain(operation);
await relay.fetchQuery(environment, CUSTOMERS, {}).toPromise();
const read = () => {
  const { data } = environment.lookup(operation.fragment);
  return environment.lookup(relay.getSingularSelector(CUSTOMERS_FRAGMENT, data)).data.customers;
};
let pages = 1;
while (read().pageInfo.hasNextPage) {
  await relay.fetchQuery(environment, NEXT_PAGE, { count: 25, cursor: read().pageInfo.endCursor }).toPromise();
  pages += 1;
}
const ids = new Set(read().edges.map((edge) => edge.node.id));
console.log(`walked ${ids.size} of ${read().totalCount} customers in ${pages} pages`);
kept.dispose();

// A change under a key of its own: sent again, as after a lost answer, it is not made again.
const input = { name: `Relay ${Date.now()}` };
const create = (idempotencyKey) =>
  new Promise((onCompleted, onError) => {
    const cacheConfig = { force: true, metadata: { idempotencyKey } };
    relay.commitMutation(environment, { mutation: CREATE, variables: { input }, cacheConfig, onCompleted, onError });
  }).then(({ createTag }) => createTag);
const key = crypto.randomUUID();
const [first, again] = [await create(key), await create(key)];
console.log(`made once: ${first.tag.id === again.tag.id}`);

// What can be expected to go wrong comes as `userErrors` ...
const taken = await create(crypto.randomUUID());
console.log(`refused: ${taken.userErrors[0].code}`);

// ... and everything else as an error with a code.
try {
  await relay.fetchQuery(environment, NODE, { id: 'made up' }).toPromise();
} catch (error) {
  console.log(`failed: ${error.code}`);
}

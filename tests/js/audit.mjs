// Runs graphql-http's audits against URL (signed in by TOKEN) and prints one JSON line for each.
import { serverAudits } from 'graphql-http';

const { URL: url, TOKEN: token } = process.env;

function fetchFn(address, options = {}) {
  const headers = new Headers(options.headers);
  headers.set('Authorization', `Bearer ${token}`);
  return fetch(address, { ...options, headers });
}

for (const audit of serverAudits({ url, fetchFn })) {
  const { id, name, status, reason } = await audit.fn();
  console.log(JSON.stringify({ id, name, status, reason }));
}

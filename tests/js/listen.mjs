// Subscribes to QUERY at URL as TOKEN by the client PROTOCOL (ws, sse), and prints a JSON line for each result.
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import WebSocket from 'ws';

const { PROTOCOL: protocol, URL: url, TOKEN: token, QUERY: query, VARIABLES: variables } = process.env;
const authorization = `Bearer ${token}`;

const client =
  protocol === 'ws'
    ? createWsClient({
        url: url.replace(/^http/, 'ws'),
        webSocketImpl: WebSocket,
        connectionParams: { Authorization: authorization },
        retryAttempts: 0,
      })
    : createSseClient({ url, headers: { Authorization: authorization }, retryAttempts: 0 });

client.subscribe(
  { query, variables: variables ? JSON.parse(variables) : undefined },
  {
    next: (result) => console.log(JSON.stringify(result)),
    error: (error) => {
      console.log(JSON.stringify({ failed: Array.isArray(error) ? error : String(error?.message ?? error?.code) }));
      process.exit(1);
    },
    complete: () => {
      console.log(JSON.stringify({ complete: true }));
      process.exit(0);
    },
  },
);

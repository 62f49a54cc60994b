import type { Fetcher } from "@graphiql/toolkit";
import { getOperationAST, type ExecutionResult } from "graphql";
import { createClient, type Client } from "graphql-ws";

interface GraphQLRequest {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
}

export interface Viewer {
  admin: { displayName: string; email: string; roles: string[] };
  partner: { name: string };
}

/** The server's HTTP 401: the token is wrong or no longer valid. */
export class Refused extends Error {
  constructor(readonly result: ExecutionResult) {
    super("The server refused this token (HTTP 401): it is wrong, or it has expired.");
  }
}

// This page and the service share one address.
const ENDPOINT = location.pathname;

async function post(token: string, request: GraphQLRequest): Promise<ExecutionResult> {
  const response = await fetch(ENDPOINT, {
    method: "POST",
    headers: {
      Accept: "application/graphql-response+json, application/json;q=0.9",
      Authorization: `Bearer ${token}`,
      "Content-Type": "application/json",
    },
    body: JSON.stringify(request),
  });
  const isJson = /[/+]json\b/.test(response.headers.get("Content-Type") ?? "");
  // A proxy's error page, for instance, is no JSON.
  const result = isJson ? await response.json() : failure(`HTTP ${response.status}: ${await response.text()}`);
  if (response.status === 401) throw new Refused(result);
  return result;
}

export async function fetchViewer(token: string): Promise<Viewer> {
  const query = "query SignIn { viewer { admin { displayName email roles } partner { name } } }";
  const { data, errors } = await post(token, { query });
  if (!data?.viewer) throw new Error(errors?.[0]?.message ?? "The server's answer names no viewer.");
  return data.viewer as Viewer;
}

/** What GraphiQL sends its operations with. `onRefused` hears of a token that is no longer accepted. */
export function createFetcher(token: string | null, onRefused: (reason: Refused) => void): Fetcher {
  if (token === null) return async () => failure("Not sent: sign in above first.");
  let client: Client | undefined;

  return (request, options) => {
    const operation = options?.documentAST && getOperationAST(options.documentAST, request.operationName);
    if (operation?.operation === "subscription") {
      // Made with the first subscription: the server need not offer any.
      client ??= createClient({
        url: ENDPOINT,
        connectionParams: { Authorization: `Bearer ${token}` },
        retryAttempts: 0,
      });
      return explained(client.iterate(request));
    }
    return post(token, request).catch((reason: unknown) => {
      if (!(reason instanceof Refused)) throw reason;
      onRefused(reason);
      return reason.result;
    });
  };
}

const failure = (message: string) => ({ errors: [{ message }] }) as unknown as ExecutionResult;

/** A socket that fails rejects with a bare event, which would be shown as an empty object. */
function explained(events: AsyncIterator<unknown>): AsyncIterable<ExecutionResult> {
  const next = events.next.bind(events);
  events.next = () =>
    next().catch((reason: unknown) => {
      if (reason instanceof CloseEvent) throw new Error(`The connection was closed: ${reason.code} ${reason.reason}`);
      if (reason instanceof Event) throw new Error("No connection: this server may offer no subscriptions.");
      throw reason;
    });
  return events as AsyncIterableIterator<ExecutionResult>;
}

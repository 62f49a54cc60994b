import "graphiql/setup-workers/vite";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "@graphiql/plugin-explorer/style.css";
import "graphiql/graphiql.css";
import "./app.css";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { useGraphiQL } from "@graphiql/react";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { useEffect, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import { examples, examplesPlugin } from "./examples";
import { createFetcher } from "./server";
import { SessionBar, useSession } from "./session";
import { storage } from "./storage";

const plugins = [explorerPlugin(), HISTORY_PLUGIN, examplesPlugin];

function App({ firstToken }: { firstToken: string | null }) {
  const { session, signIn, refuse } = useSession(firstToken);
  const { token } = session;
  const [ready, setReady] = useState(false);
  const fetcher = useMemo(
    () => createFetcher(token, (reason) => token && refuse(token, reason.message)),
    [token, refuse],
  );

  return (
    <>
      <SessionBar session={session} signIn={signIn} />
      <GraphiQL
        fetcher={fetcher}
        // Null means no schema, undefined means: ask the server, which tells its schema only to those signed in.
        schema={session.viewer === null ? null : undefined}
        defaultTabs={examples}
        plugins={plugins}
        storage={storage}
        // Headers typed by hand would be kept in the history whatever this setting says: so there is no such editor.
        shouldPersistHeaders={false}
        isHeadersEditorEnabled={false}
        className={ready ? undefined : "loading"}
      >
        <GraphiQL.Logo>GraphiQL</GraphiQL.Logo>
        <Watch onReady={setReady} />
      </GraphiQL>
    </>
  );
}

/** The run button is there before the editors are, and would do nothing until then: it is hidden for so long. */
function Watch({ onReady }: { onReady: (ready: boolean) => void }) {
  const ready = useGraphiQL((state) => Boolean(state.queryEditor && state.responseEditor));
  useEffect(() => onReady(ready), [ready, onReady]);
  return null;
}

export function start(token: string | null): void {
  createRoot(document.getElementById("root")!).render(<App firstToken={token} />);
}

import { useCallback, useEffect, useState, type FormEvent } from "react";
import { fetchViewer, type Viewer } from "./server";
import { cleanToken, takeToken } from "./token";

/** Lives in this page's memory only: no storage, no cookie. Reloading the page ends it. */
export interface Session {
  token: string | null;
  viewer: Viewer | null;
  problem: string | null;
}

const NOBODY: Session = { token: null, viewer: null, problem: null };

export function useSession(firstToken: string | null) {
  const [session, setSession] = useState<Session>({ ...NOBODY, token: firstToken });
  const { token } = session;

  const signIn = useCallback((text: string) => {
    const token = cleanToken(text);
    setSession({ ...NOBODY, token, problem: token ? null : "That is no access token." });
  }, []);

  // A token that the server refuses is forgotten, unless another one has taken its place meanwhile.
  const refuse = useCallback((token: string, problem: string) => {
    setSession((now) => (now.token === token ? { ...NOBODY, problem } : now));
  }, []);

  // An address with a token, pasted over this page's, changes only the fragment: nothing is loaded anew.
  useEffect(() => {
    const onHashChange = () => {
      const token = takeToken();
      if (token) signIn(token);
    };
    addEventListener("hashchange", onHashChange);
    return () => removeEventListener("hashchange", onHashChange);
  }, [signIn]);

  useEffect(() => {
    if (token === null) return;
    fetchViewer(token).then(
      (viewer) => setSession((now) => (now.token === token ? { token, viewer, problem: null } : now)),
      (reason: Error) => refuse(token, reason.message),
    );
  }, [token, refuse]);

  return { session, signIn, refuse };
}

export function SessionBar({ session, signIn }: { session: Session; signIn: (token: string) => void }) {
  return (
    <header className="session graphiql-container">
      <b className="session-brand">partnerhub</b>
      {session.token === null ? <SignIn problem={session.problem} signIn={signIn} /> : <SignedIn {...session} />}
    </header>
  );
}

function SignIn({ problem, signIn }: { problem: string | null; signIn: (token: string) => void }) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    signIn(String(new FormData(event.currentTarget).get("token")));
    event.currentTarget.reset();
  }

  return (
    <>
      <p className={problem ? "session-problem" : "session-hint"} role="status">
        {problem ?? "You are not signed in."} Get a token with <code>partnerhub token EMAIL</code> and paste it here.
      </p>
      <form className="session-form" onSubmit={submit} autoComplete="off">
        <input
          type="password"
          name="token"
          aria-label="Access token"
          placeholder="Access token"
          autoComplete="off"
          spellCheck={false}
          required
        />
        <button type="submit">Sign in</button>
      </form>
    </>
  );
}

function SignedIn({ viewer }: Session) {
  if (viewer === null) {
    return (
      <p className="session-hint" role="status">
        Signing in…
      </p>
    );
  }
  const { admin, partner } = viewer;
  return (
    <>
      <p className="session-viewer" role="status">
        <span>
          Signed in as <b>{admin.displayName}</b> ({admin.email}) of {partner.name}
        </span>
        {admin.roles.map((role) => (
          <span className="session-role" key={role}>
            {role.toLowerCase().replaceAll("_", " ")}
          </span>
        ))}
      </p>
      {/* All that this page knows, answers too, is in its memory: a fresh page is the surest way to forget. */}
      <button type="button" onClick={() => location.reload()}>
        Sign out
      </button>
    </>
  );
}

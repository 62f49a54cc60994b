/**
 * Takes the access token out of the page's address (…/graphql#token=…).
 * A fragment never leaves the browser; taking it away also keeps it out of bookmarks, copied links and the history.
 */
export function takeToken(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token === null) return null;
  history.replaceState(history.state, "", location.pathname + location.search);
  return cleanToken(token);
}

/** A token as it was pasted: without blanks or a leading "Bearer"; null when no header could carry it. */
export function cleanToken(text: string): string | null {
  const token = text.trim().replace(/^Bearer\s+/i, "");
  return /^[\x21-\x7e]+$/.test(token) ? token : null;
}

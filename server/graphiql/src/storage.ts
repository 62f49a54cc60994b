const PREFIX = "partnerhub:";

const ours = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));

/**
 * Where GraphiQL keeps tabs, history and its theme. Under a prefix of ours, because another GraphiQL that was once
 * served from the same address, as happens on a developer's machine, would leave its tabs to us.
 */
export const storage = {
  getItem: (key: string) => localStorage.getItem(PREFIX + key),
  setItem: (key: string, value: string) => localStorage.setItem(PREFIX + key, value),
  removeItem: (key: string) => localStorage.removeItem(PREFIX + key),
  clear: () => ours().forEach((key) => localStorage.removeItem(key)),
  get length() {
    return ours().length;
  },
};

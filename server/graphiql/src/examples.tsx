import { useGraphiQL, useGraphiQLActions, type GraphiQLPlugin } from "@graphiql/react";

interface Example {
  title: string;
  description: string;
  query: string;
}

const files = import.meta.glob<string>("../../../examples/operations/*.graphql", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** The example operations in the order of their file names; the comment at the top of each tells what it answers. */
export const examples: Example[] = Object.keys(files)
  .sort()
  .map((name) => {
    const query = files[name].trimEnd() + "\n";
    const comment = /^(#.*\n)+/.exec(query)?.[0] ?? "";
    return {
      title: name.replace(/^.*\/\d+_(.*)\.graphql$/, "$1").replaceAll("_", " "),
      description: comment.replaceAll("\n", " ").replaceAll("# ", "").trim(),
      query,
    };
  });

/** Examples whose tabs were closed or changed can be had again from here. */
export const examplesPlugin: GraphiQLPlugin = {
  title: "Examples",
  icon: () => (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round">
      <path d="M12 3.5 13.8 9 19.5 10.8 13.8 12.6 12 18.2 10.2 12.6 4.5 10.8 10.2 9Z" />
      <path d="M19 16v5M16.5 18.5h5" strokeLinecap="round" />
    </svg>
  ),
  content: Examples,
};

function Examples() {
  const { addTab } = useGraphiQLActions();
  const editor = useGraphiQL((state) => state.queryEditor);

  function open({ query }: Example) {
    addTab();
    editor?.setValue(query);
    requestAnimationFrame(() => document.querySelector(".graphiql-tab-active")?.scrollIntoView({ block: "nearest" }));
  }

  return (
    <section aria-label="Examples">
      <h2 className="examples-title">Examples</h2>
      <ul className="examples">
        {examples.map((example) => (
          <li key={example.title}>
            <button type="button" disabled={!editor} onClick={() => open(example)}>
              <b>{example.title}</b>
              <span>{example.description}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

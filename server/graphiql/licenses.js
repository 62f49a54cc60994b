// Writes the licences of every npm package that ends up in the bundle, so that they travel with it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const LICENSE_FILE = /^(licen[cs]e|notice|copying|third-?party)/i;

/** The folder of the package that a module belongs to; null for our own modules and virtual ones. */
function packageFolder(module) {
  if (!module.includes("/node_modules/") || module.startsWith("\0")) return null;
  let folder = dirname(module.split("?")[0]);
  // Some packages put nameless package.json files into their subfolders, only to say "type": "module".
  while (!existsSync(join(folder, "package.json")) || !readJson(join(folder, "package.json")).version) {
    folder = dirname(folder);
  }
  return folder;
}

const readJson = (file) => JSON.parse(readFileSync(file, "utf8"));

function notice(folder) {
  const { name, version, license, author } = readJson(join(folder, "package.json"));
  const by = typeof author === "string" ? author : author?.name;
  const texts = readdirSync(folder)
    .filter((file) => LICENSE_FILE.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim());
  const heading = `${name} ${version} (${license})`;
  const body = texts.length ? texts : [`Licensed under ${license}${by ? ` by ${by}` : ""}; the package holds no licence text.`];
  return [heading, "-".repeat(heading.length), "", ...body].join("\n");
}

export function licenses() {
  const folders = new Set();
  return {
    // One for the page and one for each worker, which Vite bundles on their own.
    collect: () => ({
      name: "collect-licenses",
      generateBundle(_, bundle) {
        for (const { moduleIds = [] } of Object.values(bundle)) {
          for (const folder of moduleIds.map(packageFolder)) if (folder) folders.add(folder);
        }
      },
    }),
    write: (fileName) => ({
      name: "write-licenses",
      generateBundle() {
        const notices = [...new Set([...folders].map(notice))].sort();
        const source = ["This bundle holds code of the following packages.", ...notices].join("\n\n\n") + "\n";
        this.emitFile({ type: "asset", fileName, source });
      },
    }),
  };
}

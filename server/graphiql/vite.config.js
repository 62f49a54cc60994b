import { defineConfig } from "vite";
import { licenses } from "./licenses.js";

const notices = licenses();

export default defineConfig({
  // Relative addresses, so that the service may live below any prefix. The page's own address is …/graphql,
  // without a slash at its end: seen from there, the assets lie in graphql/assets.
  base: "./",
  experimental: {
    renderBuiltUrl: (file, { hostType }) => (hostType === "html" ? `graphql/${file}` : { relative: true }),
  },
  plugins: [notices.collect(), notices.write("LICENSES.txt")],
  worker: { format: "es", plugins: () => [notices.collect()] },
  build: {
    target: "es2022",
    // Files, not data: addresses, so that each can be cached and the policy needs no exceptions.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 8000,
    reportCompressedSize: false,
    emptyOutDir: true,
    // "use client" in a package is a word to servers that render React; nothing is lost with it here.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
});

import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitepress";
import { markdown } from "./markdown";
import { sidebar } from "./sidebar";
import { docs } from "./tools/paths.mjs";

// A site that lies below another one's address is built with DOCS_BASE=/wsprism/.
const base = process.env.DOCS_BASE ?? "/";

export default defineConfig({
  lang: "en",
  title: "wsPrism",
  description: "A realtime gateway: it holds the WebSockets of your clients so that your backend need not.",
  base,
  // Pages are files that end with .html, so any web server will do.
  cleanUrls: false,
  head: [["link", { rel: "icon", type: "image/svg+xml", href: `${base}logo.svg` }]],
  markdown,
  themeConfig: {
    logo: "/logo.svg",
    nav: [
      { text: "Start", link: "/getting-started" },
      { text: "Protocol", link: "/protocol" },
      { text: "Configuration", link: "/configuration" },
      { text: "TypeScript API", link: "/api/js/" },
      { text: ".NET API", link: "/api/dotnet/" },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    search: {
      provider: "local",
      options: {
        // Pages before the references.
        miniSearch: { searchOptions: { boostDocument: (id: string) => (id.includes("/api/") ? 0.3 : 1) } },
        _render: (source, env, md) => {
          const html = md.render(source, env);
          return env.frontmatter?.search === false ? "" : html;
        },
      },
    },
    footer: { message: "Apache-2.0" },
  },
  // The index of the search, which is fetched when somebody searches.
  vite: { build: { chunkSizeWarningLimit: 2_000 } },
  buildEnd: ({ outDir }) => copyFileSync(join(docs, "wsprism.schema.json"), join(outDir, "wsprism.schema.json")),
});

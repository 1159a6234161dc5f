import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DefaultTheme } from "vitepress";
import { filesBelow } from "./tools/folder.mjs";
import { docs } from "./tools/paths.mjs";

type Item = DefaultTheme.SidebarItem;

/** What stands beside the pages: all of docs/ by what it is for, a new page of a folder by itself; and the references and the sources each with a list of their own. */
export const sidebar = (): DefaultTheme.SidebarMulti => ({
  "/api/js/": [back, section("TypeScript API", page("api/js/index.md", "Overview")), ...kinds()],
  "/api/dotnet/": [back, section(".NET API", page("api/dotnet/index.md", "Overview")), ...packages()],
  "/": [
    section("Start", page("index.md", "What wsPrism is"), page("getting-started.md")),
    section("Guides", ...pages("guides")),
    section("Coming from", ...pages("coming-from")),
    section(
      "Clients",
      page("client-js.md", "TypeScript"),
      page("repository/clients/js/index.md", "TypeScript by example"),
      page("api/js/index.md", "TypeScript API"),
      page("client-dotnet.md", ".NET"),
      page("api/dotnet/index.md", ".NET API"),
    ),
    section(
      "Reference",
      page("protocol.md", "Protocol"),
      page("configuration.md", "Configuration"),
      page("server-api.md"),
      page("webhooks.md"),
      page("backend-link.md"),
      page("plugins.md"),
      page("scripts.md"),
      page("wasm-plugins.md"),
      page("wasm.md", "WebAssembly engine"),
    ),
    section("Features", page("presence.md"), page("party.md"), page("market.md"), page("game.md"), page("history.md"), page("resume.md", "Resuming"), page("clock.md", "Clock")),
    section("Operations", page("operations.md"), page("security.md"), page("benchmarks.md")),
    section("Samples", ...pages("repository/samples").filter((item) => /samples\/[^/]+\/$/.test(item.link!))),
    section("Inside", page("architecture.md"), ...pages("design"), page("repository/CONTRIBUTING.md"), page("repository/CHANGELOG.md")),
    { text: "Files", collapsed: true, items: pages("repository").filter((item) => !/samples\/[^/]+\/$|clients\/js\/$|\/(?:CONTRIBUTING|CHANGELOG)\.html$/.test(item.link!)) },
  ].filter((each) => each.items!.length > 0),
});

const back: Item = { text: "← Documentation", link: "/client-js" };

const section = (text: string, ...items: Item[]): Item => ({ text, items });

const page = (file: string, text = titleOf(file)): Item => ({ text, link: linkOf(file) });

const pages = (folder: string): Item[] =>
  filesBelow(join(docs, folder))
    .filter((file) => file.endsWith(".md"))
    .map((file) => page(`${folder}/${file}`));

const kinds = (): Item[] =>
  Object.entries({ classes: "Classes", functions: "Functions", interfaces: "Interfaces", "type-aliases": "Types", variables: "Values" }).map(([folder, text]) => section(text, ...pages(`api/js/${folder}`)));

const packages = (): Item[] =>
  ["WsPrism.Client", "WsPrism.Protocol", "WsPrism.Services.Abstractions", "WsPrism.Wasm"].map((name) => ({
    text: name,
    collapsed: true,
    link: `/api/dotnet/${name}/`,
    items: pages(`api/dotnet/${name}`).filter((item) => !item.link!.endsWith("/")),
  }));

// With .html, without which guess.c would be taken for a file to load.
const linkOf = (file: string) => `/${file.replace(/(?<=^|\/)index\.md$/, "").replace(/\.md$/, ".html")}`;

function titleOf(file: string): string {
  const path = join(docs, file);
  if (!existsSync(path)) throw new Error(`The sidebar names ${file}, which is not there.`);
  const title = /^# (.+)$/m.exec(readFileSync(path, "utf8"))?.[1] ?? file;
  return title.replaceAll(/[`\\]/g, "");
}

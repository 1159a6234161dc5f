// The built site as a reader has it: .vitepress/dist, after npm run build.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { filesBelow } from "../tools/folder.mjs";
import { docs } from "../tools/paths.mjs";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const base = process.env.DOCS_BASE ?? "/";
const pages = new Map(
  filesBelow(dist)
    .filter((file) => file.endsWith(".html"))
    .map((file) => [file, readFileSync(join(dist, file), "utf8")]),
);
const anchors = new Map([...pages].map(([file, html]) => [file, new Set([...html.matchAll(/\sid="([^"]*)"/g)].map((match) => text(match[1])))]));

test("every page of docs is a page of the site", () => {
  const written = filesBelow(docs, (name) => name.startsWith(".") || name === "node_modules").filter((file) => file.endsWith(".md"));
  assert.deepEqual(written.filter((file) => !pages.has(file.replace(/md$/, "html"))), []);
  assert.ok(written.includes("api/js/index.md") && written.includes("api/dotnet/WsPrism.Client/WsPrismClient.md"));
});

test("every link and every anchor leads to something", () => {
  const broken = [];
  let links = 0;
  for (const [file, html] of pages) {
    for (const match of html.matchAll(/<(?:a|link|script|img)\b[^>]*?\s(?:href|src)="([^"]*)"/g)) {
      const link = text(match[1]);
      if (/^(?:https?|mailto):/.test(link)) continue;
      links++;
      if (!resolves(link, file)) broken.push(`${file}: ${link}`);
    }
  }

  assert.deepEqual([...new Set(broken)], []);
  assert.ok(links > 1000, "There are hardly any links: are these still looked for in the right way?");
});

test("nothing is fetched from another host", () => {
  const foreign = [];
  for (const [file, html] of pages) {
    for (const match of html.matchAll(/<(?:link|script|img|iframe)\b[^>]*?\s(?:href|src)="((?:https?:)?\/\/[^"]*)"/g)) foreign.push(`${file}: ${match[1]}`);
  }
  for (const file of filesBelow(dist).filter((name) => name.endsWith(".css"))) {
    for (const match of readFileSync(join(dist, file), "utf8").matchAll(/url\(["']?((?:https?:)?\/\/[^)]*)\)|@import[^;]*/g)) foreign.push(`${file}: ${match[0]}`);
  }

  assert.deepEqual(foreign, []);
});

test("every page is in the sidebar", () => {
  const absent = [...pages]
    .filter(([file]) => file !== "404.html" && file !== "index.html")
    .filter(([file, html]) => !/<aside class="VPSidebar[^]*?<\/aside>/.exec(html)?.[0].includes(`href="${base}${file.replace(/(?<=^|\/)index\.html$/, "")}"`))
    .map(([file]) => file);

  assert.deepEqual(absent, []);
});

test("every language of a block is known to the highlighter", () => {
  const plain = [];
  for (const [file, html] of pages) {
    for (const [, language, block] of html.matchAll(/<div class="[^"]*language-(\w*)[^"]*">([^]*?)<\/pre>/g)) {
      if (language && !["text", "txt"].includes(language) && !block.includes("--shiki-light")) plain.push(`${file}: ${language}`);
    }
  }

  assert.deepEqual(plain, []);
});

function resolves(link, from) {
  const [path, anchor] = link.split("#");
  if (path.startsWith("/") && !path.startsWith(base)) return false;
  const relative = path === "" ? from : path.startsWith("/") ? path.slice(base.length) : posix.join(posix.dirname(from), path);
  const file = decodeURI(relative === "" || relative.endsWith("/") ? `${relative}index.html` : relative);
  return existsSync(join(dist, file)) && (!anchor || anchors.get(file)?.has(decodeURIComponent(anchor)) === true);
}

function text(attribute) {
  return attribute.replaceAll("&amp;", "&").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
}

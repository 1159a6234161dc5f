import { posix } from "node:path";
import type { MarkdownOptions } from "vitepress";
import { hot } from "./hot";
import { pageOf, sourceOf, targetOf } from "./tools/paths.mjs";

type Renderer = Parameters<NonNullable<MarkdownOptions["config"]>>[0];

// Who says what a block shows, by the word behind its language: ```json client
const speakers: Record<string, string> = { client: "client", server: "gateway" };

/** The pages are plain Markdown, which GitHub shows as well: what VitePress would take for HTML, for Vue or for its own syntax is text here. */
export const markdown: MarkdownOptions = {
  html: false,
  linkify: false,
  attrs: { disable: true },
  anchor: { slugify },
  languages: [hot],
  languageAlias: { wat: "wasm" },
  config: (md) => {
    md.disable("emoji", true);
    leaveOutComments(md);
    takeAnchors(md);
    escapeBraces(md);
    leadWithinTheSite(md);
    sayWhoSpeaks(md);
    showIndentedBlocks(md);
  },
};

// As GitHub makes anchors, and as test/WsPrism.Docs.Tests checks them.
function slugify(heading: string): string {
  return heading.trim().toLowerCase().replaceAll(/[^\p{L}\p{N}_\- ]/gu, "").replaceAll(" ", "-");
}

function leaveOutComments(md: Renderer): void {
  md.block.ruler.before("paragraph", "comment", (state, line, endLine, silent) => {
    if (!state.src.startsWith("<!--", state.bMarks[line] + state.tShift[line])) return false;
    let last = line;
    while (last < endLine && !state.getLines(last, last + 1, 0, false).includes("-->")) last++;
    if (!silent) state.line = last + 1;
    return true;
  });
}

// TypeDoc marks rows of tables so, that they can be linked to.
function takeAnchors(md: Renderer): void {
  md.inline.ruler.before("text", "anchor", (state, silent) => {
    const match = /^(?:<a id="[\w-]+"><\/a>|<br \/>)/.exec(state.src.slice(state.pos, state.pos + 200));
    if (!match) return false;
    if (!silent) state.push("html_inline", "", 0).content = match[0];
    state.pos += match[0].length;
    return true;
  });
}

// {{ is Vue's but in blocks of code, which VitePress marks by itself.
function escapeBraces(md: Renderer): void {
  for (const kind of ["text", "code_inline"] as const) {
    const render = md.renderer.rules[kind]!;
    md.renderer.rules[kind] = (...args) => render(...args).replaceAll("{{", "&#123;&#123;");
  }
}

// A link from docs/ to a file outside of it leads to the page of the site that shows the file; a page that comes from outside of docs/ keeps the links that it has there.
function leadWithinTheSite(md: Renderer): void {
  md.core.ruler.push("within", (state) => {
    const page: string = state.env.relativePath;
    for (const token of state.tokens.flatMap((block) => block.children ?? [])) {
      const link = token.type === "link_open" ? token.attrGet("href") : null;
      const target = link && !page.startsWith("api/") ? targetOf(link, sourceOf(page)) : undefined;
      if (!target) continue;

      const to = pageOf(target.file);
      const path = posix.relative(posix.dirname(page), to ?? target.file.slice("docs/".length));
      // A place in a source has no anchor.
      const anchor = target.anchor !== undefined && (target.file.endsWith(".md") || target.file.startsWith("docs/")) ? `#${target.anchor}` : "";
      token.attrSet("href", encodeURI(path.startsWith(".") ? path : `./${path}`) + anchor);
    }
  });
}

function sayWhoSpeaks(md: Renderer): void {
  const fence = md.renderer.rules.fence!;
  md.renderer.rules.fence = (tokens, index, ...rest) => {
    const [language, word] = tokens[index].info.trim().split(/\s+/);
    const speaker = speakers[word];
    const html = fence(tokens, index, ...rest);
    return speaker ? html.replace(`<span class="lang">${language}</span>`, `<span class="lang">${speaker}</span>`).replace('<div class="', `<div class="from-${speaker} `) : html;
  };
}

// VitePress has no look for blocks that are indented.
function showIndentedBlocks(md: Renderer): void {
  md.renderer.rules.code_block = (tokens, index, ...rest) => {
    tokens[index].info = "text";
    return md.renderer.rules.fence!(tokens, index, ...rest);
  };
}

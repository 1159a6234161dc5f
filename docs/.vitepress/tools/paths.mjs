// Where the pages of the site come from. Pages of docs/ are where they are. What they link to outside of docs/ is on the site too, under repository/: READMEs as pages, other files as pages that show
// them. Both ways are a matter of names, so no list has to be kept: VitePress itself says which links lead nowhere.
import { statSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";

export const docs = fileURLToPath(new URL("../../", import.meta.url));
export const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Folders of docs/ that are made and not written. */
export const made = ["api", "repository"];

/** The file of the repository that a page of the site shows: docs/protocol.md, samples/plugins/guess/guess.c. */
export function sourceOf(page) {
  if (!page.startsWith("repository/")) return `docs/${page}`;
  const file = page.slice("repository/".length);
  if (posix.basename(file) === "index.md") return posix.join(posix.dirname(file), "README.md");
  return isMarkdown(file) ? file : file.slice(0, -".md".length);
}

/** The page of the site that shows a file or folder of the repository; undefined for files of docs/ that are no pages. */
export function pageOf(file) {
  if (file.startsWith("docs/")) return file.endsWith(".md") ? file.slice("docs/".length) : undefined;
  if (posix.basename(file) === "README.md" || isFolder(file)) return posix.join("repository", isFolder(file) ? file : posix.dirname(file), "index.md");
  return posix.join("repository", isMarkdown(file) ? file : `${file}.md`);
}

/** What a link in a file of the repository leads to, from the repository's root, and what follows the #; undefined for links to elsewhere. */
export function targetOf(link, file) {
  if (/^(?:[a-z][a-z+.-]*:|\/|#|$)/i.test(link)) return undefined;
  const [path, anchor] = decodeURI(link).split("#");
  return { file: posix.join(posix.dirname(file), path), anchor };
}

// Markdown is shown as what it says. Two dots are of a source's page: guess.c.md.
const isMarkdown = (file) => /^[^.]+\.md$/.test(posix.basename(file));

const isFolder = (file) => statSync(root + file, { throwIfNoEntry: false })?.isDirectory() ?? false;

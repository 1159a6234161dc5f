import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join, posix } from "node:path";
import { filesBelow } from "./folder.mjs";
import { docs, made, pageOf, root, targetOf } from "./paths.mjs";

// How a file's name says what it is written in, where the name's ending is not what the highlighter calls it.
const languages = { ".yml": "yaml", ".mjs": "js", ".h": "c", ".cc": "cpp", ".csproj": "xml", ".slnx": "xml", ".wat": "wasm", ".svg": "xml" };
const known = new Set(["yaml", "js", "ts", "tsx", "jsx", "json", "c", "cpp", "cs", "css", "html", "lua", "py", "sh", "sql", "toml", "vue", "wasm", "xml"]);

/** Pages for what those of docs/ link to outside of docs/, for the samples' READMEs, and for what these link to in turn. */
export function repositoryPages() {
  const pages = new Map();
  const written = filesBelow(docs, (name) => name.startsWith(".") || name === "node_modules" || made.includes(name)).filter((file) => file.endsWith(".md"));
  const waiting = written.flatMap((file) => linksOf(`docs/${file}`));
  waiting.push("CONTRIBUTING.md", "CHANGELOG.md", ...readdirSync(join(root, "samples")).map((name) => `samples/${name}/README.md`));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (file.startsWith("docs/") || file.startsWith("../") || !existsSync(join(root, file))) continue;
    const page = pageOf(file).slice("repository/".length);
    if (pages.has(page)) continue;

    const readme = posix.join(file, "README.md");
    if (statSync(join(root, file)).isDirectory() && existsSync(join(root, readme))) {
      waiting.push(readme);
    } else {
      pages.set(page, textOf(file));
      if (file.endsWith(".md")) waiting.push(...linksOf(file));
    }
  }

  return pages;
}

function linksOf(file) {
  const text = readFileSync(join(root, file), "utf8").replaceAll(/^```.*?^```/gms, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => targetOf(match[1], file)?.file).filter((target) => target !== undefined);
}

function textOf(file) {
  const path = join(root, file);
  if (statSync(path).isDirectory()) return `${asideOf(file)}${readdirSync(path).sort().map((name) => `- \`${name}\``).join("\n")}\n`;
  const text = readFileSync(path, "utf8");
  if (text.includes("\0")) return `${asideOf(file)}A binary file, of ${statSync(path).size} bytes.\n`;
  return file.endsWith(".md") ? text : `${asideOf(file)}\`\`\`\`\`${languageOf(file)}\n${text.replace(/\n?$/, "\n")}\`\`\`\`\`\n`;
}

// Sources are not what somebody looks for who searches the documentation.
const asideOf = (file) => `---\ntitle: "${basename(file)}"\nsearch: false\noutline: false\n---\n\n# ${basename(file)}\n\n\`${file}\` of the repository.\n\n`;

function languageOf(file) {
  const language = languages[extname(file)] ?? extname(file).slice(1);
  return known.has(language) ? language : "text";
}

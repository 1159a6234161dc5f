// Makes one file of the modules in dist, for pages without a bundler: <script type="module"> import { connect } from "./wsprism.min.js".
// The gateway serves the same file beside its page, where it has to be without Node.js at hand: so it is kept in the repository too.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const { version } = JSON.parse(readFileSync(path("package.json"), "utf8"));

const bundle = await rolldown({ input: path("dist/index.js"), platform: "browser", logLevel: "silent" });
const { output } = await bundle.generate({ format: "esm", minify: true });
const code = `// wsprism ${version}, Apache-2.0. Made from clients/js.\n${output[0].code}\n`;
const targets = ["dist/wsprism.min.js", ...(process.argv.includes("--gateway") ? ["../../src/WsPrism.Gateway/Demo/wsprism.js"] : [])];
for (const target of targets.map(path)) {
  // Left alone where it is the same, so that nothing that watches it begins anew.
  if (!existsSync(target) || readFileSync(target, "utf8") !== code) writeFileSync(target, code);
}

// Everything that the package wsprism shows to others, as one file of declarations, which is kept in clients/js/api.d.ts: a change of it shows in review.
// Run as a program it writes that file anew, to accept a change.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { root } from "./paths.mjs";

export const record = join(root, "clients/js/api.d.ts");

const header = `// What the package wsprism shows to others: made from src/index.ts, and compared by a test. To accept a change: \`npm run surface\` in docs/.\n`;

export function surface() {
  const program = declarations(join(root, "clients/js/src/index.ts"));
  const checker = program.getTypeChecker();
  const resolved = (symbol) => (symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
  const index = program.getSourceFiles().find((file) => file.fileName.endsWith("/src/index.d.ts"));
  const exported = new Set(checker.getExportsOfModule(checker.getSymbolAtLocation(index)).map(resolved));
  const all = new Set(exported);
  for (const symbol of all) for (const node of symbol.declarations) lookFor(node);

  const printer = ts.createPrinter({ removeComments: true });
  return header + [...all].sort((a, b) => (a.name < b.name ? -1 : 1)).map(text).join("");

  // What is used and not exported can be seen all the same.
  function lookFor(node) {
    if (ts.isIdentifier(node)) {
      const symbol = resolved(checker.getSymbolAtLocation(node));
      const at = symbol?.declarations?.[0];
      if (at && isTopLevel(at) && at.getSourceFile().fileName.includes("/clients/js/")) all.add(symbol);
    }
    ts.forEachChild(node, lookFor);
  }

  function text(symbol) {
    const nodes = symbol.declarations.map((node) => (ts.isVariableDeclaration(node) ? node.parent.parent : node));
    const code = nodes.map((node) => printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile())).join("\n");
    return `\n${exported.has(symbol) ? "" : "// not exported\n"}${code.replaceAll(/^ +#private;\n/gm, "")}\n`;
  }
}

const isTopLevel = (node) => ts.isSourceFile((ts.isVariableDeclaration(node) ? node.parent.parent : node).parent ?? node);

/** A program of the declaration files that the sources make. */
function declarations(entry) {
  const config = fileURLToPath(new URL("tsconfig.json", import.meta.url));
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(config, ts.sys.readFile).config, ts.sys, join(config, ".."));
  const files = new Map();
  const emitting = ts.createProgram([entry], { ...options, noEmit: false, declaration: true, emitDeclarationOnly: true, stripInternal: true });
  emitting.emit(undefined, (name, code) => files.set(name, code));

  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.fileExists = (name) => files.has(name) || (!name.includes("/clients/js/src/") && fileExists(name));
  host.getSourceFile = (name, target) => (host.fileExists(name) ? ts.createSourceFile(name, host.readFile(name), target, true) : undefined);
  return ts.createProgram([entry.replace(/\.ts$/, ".d.ts")], options, host);
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(record, surface());

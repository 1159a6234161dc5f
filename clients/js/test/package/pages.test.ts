import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { blocks } from "./readme.ts";

const own = fileURLToPath(new URL("../..", import.meta.url));
const docs = fileURLToPath(new URL("../../../../docs", import.meta.url));

// Not what the site of the documentation is made of and into, which another test may be making at this moment.
const written = (folder: string): string[] =>
  readdirSync(join(docs, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(folder, entry.name)] : /^(\.|node_modules$|api$|repository$)/.test(entry.name) ? [] : written(join(folder, entry.name)),
  );

// What a page says in `ts` is TypeScript against this library; what it says in other words is not looked at.
const pages = written("")
  .filter((page) => page.endsWith(".md"))
  .map((page) => ({ page, examples: blocks(`../../docs/${page}`, "ts") }))
  .filter(({ examples }) => examples.length > 0);

// A block may go on from those before it, whose words then need no declaration here.
const before = (body: string): string => {
  const declared = [
    !body.includes('from "wsprism"') && 'import { bits, Client, connect, f32, layout, u8, WsPrismError } from "wsprism";\nvoid [bits, Client, connect, f32, layout, u8, WsPrismError];',
    !/\bconst client\b/.test(body) && "declare const client: import(\"wsprism\").Client;",
    body.includes("process.env") && "declare const process: { env: Record<string, string | undefined> };",
  ];
  return declared.filter(Boolean).join("\n");
};

let project: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "wsprism-pages-"));
  mkdirSync(join(project, "node_modules"));
  symlinkSync(own, join(project, "node_modules/wsprism"), "junction");
  writeFileSync(join(project, "package.json"), '{"private":true,"type":"module"}');
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

test("the TypeScript of all pages has the types that it should have", () => {
  expect(pages.map(({ page }) => page)).toContain("client-js.md");
  const files = pages.flatMap(({ page, examples }) =>
    examples.map((body, i) => {
      const file = `${page.replace(/[\\/]/g, "+")}.${i}.ts`;
      writeFileSync(join(project, file), `${before(body)}\n${body}\nexport {};\n`);
      return { file, said: examples.slice(0, i).join("\n") };
    }),
  );

  const wrong = compile(files.map(({ file }) => file)).filter((line) => {
    const name = /error TS(?:2304|2552|18004): .*?'(\w+)'/.exec(line)?.[1];
    const { said } = files.find(({ file }) => line.startsWith(basename(file)))!;
    return !name || !new RegExp(`\\b${name}\\b`).test(said);
  });
  expect(wrong).toEqual([]);
});

function compile(files: string[]): string[] {
  const options = ["--noEmit", "--pretty", "false", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--lib", "es2022,dom,dom.iterable", "--types", "", "--module", "nodenext"];
  try {
    execFileSync(process.execPath, [join(own, "node_modules/typescript/bin/tsc"), ...options, ...files], { cwd: project, encoding: "utf8", stdio: "pipe" });
    return [];
  } catch (error) {
    return (error as { stdout: string }).stdout.split("\n").filter((line) => /error TS/.test(line));
  }
}

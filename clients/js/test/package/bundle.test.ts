import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { beforeAll, describe, expect, test } from "vitest";
import { fileURLToPath } from "node:url";

// What a page loads at most, minified and gzipped.
const Limit = 12_000;

describe("the bundle for browsers", () => {
  let code: string;

  beforeAll(async () => {
    const folder = fileURLToPath(new URL("../..", import.meta.url));
    const bundle = await rolldown({ cwd: folder, input: "\0page", platform: "browser", logLevel: "silent", plugins: [page] });
    const { output } = await bundle.generate({ format: "esm", minify: true });
    expect(output).toHaveLength(1);
    code = output[0].code;
  });

  // A page that uses all of it, by the name of the package.
  const page = {
    name: "page",
    resolveId: (id: string) => (id === "\0page" ? id : id === "wsprism" ? fileURLToPath(new URL("../../dist/index.js", import.meta.url)) : null),
    load: (id: string) => (id === "\0page" ? 'export * from "wsprism";' : null),
  };

  test(`is under ${Limit} bytes`, () => {
    const size = gzipSync(code, { level: 9 }).length;
    console.log(`${code.length} bytes minified, ${size} gzipped`);
    expect(size).toBeLessThan(Limit);
  });

  test("is the file that the package has, and the gateway too", () => {
    const [ofPackage, ofGateway] = ["../../dist/wsprism.min.js", "../../../../src/WsPrism.Gateway/Demo/wsprism.js"].map((path) => readFileSync(new URL(path, import.meta.url), "utf8"));
    expect(gzipSync(ofPackage!, { level: 9 }).length).toBeLessThan(Limit);
    expect(ofGateway === ofPackage, "run: npm run bundle").toBe(true);
  });

  test("has nothing of Node.js in it", () => {
    expect(code).not.toMatch(/node:|from ?"|import\(|require\(|Buffer\./);
  });
});

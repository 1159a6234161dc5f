import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blocks } from "./readme.ts";

const source = fileURLToPath(new URL("../..", import.meta.url));
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

// What a reader of the README would write.
const program = `
import { Client, WsPrismError, layout, f32, type ChatMessage, type ValueOf } from "wsprism";

const Position = layout({ x: f32, y: f32 });
const client = new Client({ url: "ws://127.0.0.1:1/v1/ws", tenant: "demo", ticket: async () => "alice", reconnect: { baseMs: 1 } });
client.chat.onMessage((message: ChatMessage) => console.log(message.from, message.msg));
client.on("state", ({ state, reason }) => {
  console.log(state, reason ?? "");
  if (reason) client.close();
});
const channel = client.hot.channel(1, 10, Position);
const sent: ValueOf<typeof Position> = { x: 1, y: 2 };
console.log(channel.send(sent, { key: 1 }), Position.decode(Position.encode(sent)));
try {
  await client.connect();
} catch (error) {
  console.log(error instanceof WsPrismError && error.code);
}
`;

describe("the package, installed into an empty project", () => {
  let project: string;
  const run = (command: string, ...args: string[]): string => execFileSync(command, args, { cwd: project, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), "wsprism-"));
    execFileSync(npm, ["pack", "--silent", "--ignore-scripts", "--pack-destination", project], { cwd: source });
    writeFileSync(join(project, "package.json"), '{"private":true,"type":"module"}');
    const { version } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
    run(npm, "install", "--offline", "--no-audit", "--no-fund", `wsprism-${version}.tgz`);
  });
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  test("brings nothing else along", () => {
    expect(Object.keys(JSON.parse(run(npm, "ls", "--json", "--all")).dependencies)).toEqual(["wsprism"]);
    const { dependencies, exports } = JSON.parse(readFileSync(join(project, "node_modules/wsprism/package.json"), "utf8"));
    expect(dependencies).toBeUndefined();
    expect(exports["."].default).toBe("./dist/index.js");
  });

  test("runs in Node.js", () => {
    writeFileSync(join(project, "program.mjs"), program.replace(/, type \w+/g, "").replace(/: (ChatMessage|ValueOf<typeof Position>)/g, ""));
    const output = run(process.execPath, "program.mjs");
    expect(output).toContain("CLOSED { x: 1, y: 2 }");
    expect(output).toContain("connecting \nconnecting unreachable\nclosed client\n");
  });

  test("holds no code but its own", () => {
    const packed = readdirSync(join(project, "node_modules/wsprism"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ name }) => name);
    expect(packed.every((name) => /\.(js|d\.ts)$|^(README\.md|LICENSE|package\.json)$/.test(name))).toBe(true);
  });

  for (const resolution of ["nodenext", "bundler"])
    test(`has types that are right for moduleResolution ${resolution}`, () => {
      writeFileSync(join(project, "program.ts"), program);
      // The README's examples, each on its own, with what a reader has before it.
      for (const [i, body] of blocks("README.md", "ts").entries())
        writeFileSync(join(project, `example${i}.ts`), `import { bits, Client, connect, f32, layout, u8, WsPrismError } from "wsprism";\n${body.includes("const client") ? "" : "declare const client: Client;\n"}${body}\nexport {};\nvoid [bits, Client, connect, f32, layout, u8, WsPrismError];\n`);
      const module = resolution === "bundler" ? "esnext" : "nodenext";
      run(process.execPath, join(source, "node_modules/typescript/bin/tsc"), "--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--lib", "es2022,dom", "--types", "", "--module", module, "--moduleResolution", resolution, ...readdirSync(project).filter((name) => name.endsWith(".ts")));
    });
});

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readFolder } from "./folder.mjs";
import { root } from "./paths.mjs";

/** The reference of the .NET packages as Markdown, by tools/apidoc, which is built first (WSPRISM_APIDOC names one that is built already). */
export function dotnetReference() {
  const folder = mkdtempSync(join(tmpdir(), "wsprism-docs-"));
  try {
    const program = process.env.WSPRISM_APIDOC ?? build();
    execFileSync("dotnet", [program, folder], { stdio: ["ignore", "inherit", "inherit"] });
    return readFolder(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function build() {
  execFileSync("dotnet", ["build", "tools/apidoc", "-c", "Release", "-nologo", "-v", "quiet", "-clp:ErrorsOnly"], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  return join(root, "artifacts/bin/WsPrism.ApiDoc/release/WsPrism.ApiDoc.dll");
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Application } from "typedoc";
import { readFolder } from "./folder.mjs";
import { root } from "./paths.mjs";

/** The reference of the package wsprism as Markdown, from its sources: they need not be built. What is exported and has not a word said about it makes this fail. */
export async function typeScriptReference() {
  const folder = mkdtempSync(join(tmpdir(), "wsprism-docs-"));
  try {
    const app = await Application.bootstrapWithPlugins({
      plugin: ["typedoc-plugin-markdown"],
      tsconfig: fileURLToPath(new URL("tsconfig.json", import.meta.url)),
      entryPoints: [join(root, "clients/js/src/index.ts")],
      basePath: root,
      out: folder,
      name: "TypeScript API",
      readme: "none",
      logLevel: "Warn",
      excludeInternal: true,
      excludePrivate: true,
      disableSources: true,
      disableGit: true,
      sort: ["alphabetical"],
      validation: { notDocumented: true, notExported: true, invalidLink: true },
      requiredToBeDocumented: ["Class", "Interface", "Function", "TypeAlias", "Variable", "Constructor", "Method", "Accessor"],
      treatValidationWarningsAsErrors: true,
      // Options of typedoc-plugin-markdown.
      entryFileName: "index.md",
      hideBreadcrumbs: true,
      hidePageHeader: true,
      useCodeBlocks: true,
      indexFormat: "table",
      parametersFormat: "table",
      interfacePropertiesFormat: "table",
      classPropertiesFormat: "table",
      typeDeclarationFormat: "table",
      pageTitleTemplates: { member: (args) => args.name },
    });
    const project = await app.convert();
    if (project) app.validate(project);
    if (!project || app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error("The reference of clients/js cannot be made.");
    await app.generateOutputs(project);
    return readFolder(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

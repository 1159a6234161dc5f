import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** All files below a folder, by their path from there. */
export function filesBelow(folder, skip = () => false) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !skip(entry.name))
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name), skip).map((file) => `${entry.name}/${file}`) : [entry.name]))
    .sort();
}

/** Makes a folder have these files (path → text) and no others. What is the same is left alone, so that a site that watches them does not begin anew. */
export function writeFolder(folder, files) {
  for (const file of filesBelow(folder)) if (!files.has(file)) rmSync(join(folder, file));
  for (const [file, text] of files) {
    const path = join(folder, file);
    if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** A folder's files as writeFolder takes them. */
export const readFolder = (folder) => new Map(filesBelow(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")]));

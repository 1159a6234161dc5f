import { readFileSync } from "node:fs";

/** The fenced blocks of a page that are in this language. */
export const blocks = (page: string, language: string): string[] =>
  [...readFileSync(new URL(page, new URL("../../", import.meta.url)), "utf8").matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].filter(([, info]) => info === language).map(([, , body]) => body!);

import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "vitest";
import { ScenarioRun, type Scenario } from "./runner.ts";

const folder = new URL("../../../scenarios/", import.meta.url);

for (const file of readdirSync(folder).filter((name) => name.endsWith(".json")).sort())
  describe(file.replace(".json", ""), () => {
    for (const scenario of JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Scenario[]) test(scenario.name, () => new ScenarioRun(scenario).play());
  });

import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "vitest";
import { WebSocket } from "ws";
import type { WebSocketLike } from "../../src/index.ts";
import { ScenarioRun, type Scenario } from "./runner.ts";

const folder = new URL("../../../scenarios/", import.meta.url);

// As in a browser: a WebSocket that somebody else made, which tells neither why an upgrade failed nor cuts a connection. What hangs on the framing is its own affair.
const open = (url: string, protocols: string[], receiveBytes: number): WebSocketLike => {
  const socket = new WebSocket(url, protocols, { maxPayload: receiveBytes + 1, perMessageDeflate: false });
  return Object.assign(socket, { terminate: undefined }) as unknown as WebSocketLike;
};

for (const file of readdirSync(folder).filter((name) => name.endsWith(".json") && !name.includes("hostile")).sort())
  describe(`with another WebSocket: ${file.replace(".json", "")}`, () => {
    for (const scenario of JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Scenario[]) test(scenario.name, () => new ScenarioRun(scenario).play(open));
  });

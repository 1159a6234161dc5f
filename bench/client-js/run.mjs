// The client beside the platform's bare WebSocket: frames per second of processor time, in Node.js and in Chromium, as tables.
//   node bench/client-js/run.mjs [--messages 200000] [--rounds 3] [--only node|chromium] [--work batches]
// The other side is a process of its own, so that only what the client does is counted. The ways take turns; the best round of each counts,
// for what else the machine does only ever takes time away.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpus } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { chromium, Chromium } from "./chromium.mjs";
import { Works } from "./works.mjs";

const { values } = parseArgs({ options: { messages: { type: "string", default: "200000" }, rounds: { type: "string", default: "3" }, only: { type: "string" }, work: { type: "string", default: "" } } });
const [messages, rounds] = [Number(values.messages), Number(values.rounds)];
const file = (name) => fileURLToPath(new URL(name, import.meta.url));

const peer = spawn(process.execPath, [file("peer.mjs")], { stdio: ["ignore", "pipe", "inherit"] });
const [url] = await once(createInterface(peer.stdout), "line");
console.log(`${messages} frames, the best of ${rounds} rounds, ${cpus().length} cores, Node.js ${process.versions.node}\n`);
try {
  if (values.only !== "chromium") await node();
  if (values.only !== "node") await browser();
} finally {
  peer.kill();
}

async function node() {
  const hasPlatform = Number(process.versions.node.split(".")[0]) >= 22; // before it is there when asked for
  await table("Node.js", ["bare", "ws", "by hand", "client"], async (name, way) => {
    const { stdout } = await promisify(execFile)(process.execPath, [...(hasPlatform ? [] : ["--experimental-websocket", "--no-warnings"]), file("node.mjs"), name, way, url, String(messages)]);
    return Number(stdout) / 1e6;
  });
}

async function browser() {
  if (!chromium) return console.log("Chromium is not installed.");
  const tabs = await new Chromium().start();
  try {
    await table("Chromium", ["bare", "by hand", "client"], (name, way) => tabs.measure(name, way, url, messages));
  } finally {
    await tabs.stop();
  }
}

async function table(title, ways, measure) {
  console.log(`| ${title} | ${ways.join(" | ")} | client to bare | client to by hand |\n| --- |${" --- |".repeat(ways.length + 2)}`);
  for (const name of Object.keys(Works).filter((one) => one.includes(values.work))) {
    const best = Object.fromEntries(ways.map((way) => [way, 0]));
    for (let round = 0; round < rounds; round++) for (const way of ways) best[way] = Math.max(best[way], messages / (await measure(name, way)));
    const ratio = (other) => (best.client / best[other]).toFixed(2);
    console.log(`| ${name} | ${ways.map((way) => Math.round(best[way] / 1000) * 1000).map((n) => n.toLocaleString("en")).join(" | ")} | ${ratio("bare")} | ${ratio("by hand")} |`);
  }
  console.log();
}

// One measurement in Node.js, in a process of its own: prints microseconds of processor time.
import { createRequire } from "node:module";
import { Client } from "../../clients/js/dist/node.js";
import { prepare } from "./works.mjs";

const [name, way, url, messages] = process.argv.slice(2);
const { WebSocket: Ws } = createRequire(new URL("../../clients/js/package.json", import.meta.url))("ws");
const open = way === "ws" ? (address) => new Ws(address, { perMessageDeflate: false }) : (address) => new WebSocket(address);
const work = (count) => prepare({ name, way, url, count, Client, open });

await (await work(Number(messages) / 5))(); // to warm up: compiling is not the client's work
const run = await work(Number(messages));
const start = process.cpuUsage();
await run();
const { user, system } = process.cpuUsage(start);
console.log(user + system);
process.exit();

// The other side, in a process of its own: greets, waits for a word, then says as many frames as the address asks for, or counts those that come.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { encodeFrame } from "../../clients/js/dist/index.js";
import { Envelope, Keys, Payload, PerBatch } from "./works.mjs";

const greeting = JSON.stringify({ v: 1, svc: "sys", type: "authed", data: { tenant: "demo", user: "user:alice", session: "S", handle: 1, max_frame_bytes: 65536 } });
const done = JSON.stringify({ v: 1, svc: "bench", type: "done" });

const server = createServer();
server.on("upgrade", (request, socket) => {
  const query = new URL(request.url, "http://peer").searchParams;
  const [work, count] = [query.get("work"), Number(query.get("count"))];
  const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  const protocol = request.headers["sec-websocket-protocol"] ? "Sec-WebSocket-Protocol: wsprism.v1\r\n" : "";
  const said = work.startsWith("receive") ? messages(work, count) : undefined;
  socket.setNoDelay(true);
  socket.on("error", () => {});
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${protocol}\r\n`);
  socket.write(frame(1, Buffer.from(greeting)));
  let taken = 0;
  const tally = new Tally(() => {
    if (++taken === 1 && said) socket.write(said);
    if (taken === count + 1 && !said) socket.write(frame(1, Buffer.from(done)));
  });
  socket.on("data", (chunk) => tally.take(chunk));
});
server.listen(0, "127.0.0.1", () => console.log(`ws://127.0.0.1:${server.address().port}`));

function messages(work, count) {
  const envelope = Buffer.from(JSON.stringify(Envelope));
  if (work === "receive-ext") return Buffer.concat(Array.from({ length: count }, () => frame(1, envelope)));
  const hot = (i) => Buffer.from(encodeFrame({ svcId: 1, opcode: 1, seq: Math.floor(i / Keys) + 1, key: i % Keys, sender: 7, payload: Payload }));
  if (work === "receive-hot") return Buffer.concat(Array.from({ length: count }, (_, i) => frame(2, hot(i))));
  return Buffer.concat(Array.from({ length: count / PerBatch }, (_, i) => frame(2, batch(Array.from({ length: PerBatch }, (_, k) => hot(i * PerBatch + k))))));
}

function batch(frames) {
  const number = (n) => Buffer.from([n & 0xff, n >> 8]);
  return Buffer.concat([Buffer.from([1, 1, 0x40]), number(frames.length), ...frames.flatMap((one) => [number(one.length), one])]);
}

function frame(opcode, payload) {
  const head = payload.length < 126 ? Buffer.from([0x80 | opcode, payload.length]) : Buffer.from([0x80 | opcode, 126, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([head, payload]);
}

/** Counts the frames in a stream. All are shorter than 64 KiB. */
class Tally {
  #one;
  #rest = Buffer.alloc(0);

  constructor(one) {
    this.#one = one;
  }

  take(chunk) {
    const bytes = this.#rest.length ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    while (at + 8 <= bytes.length) {
      const short = bytes[at + 1] & 0x7f;
      const end = at + 6 + (short < 126 ? short : 2 + bytes.readUInt16BE(at + 2));
      if (end > bytes.length) break;
      at = end;
      this.#one();
    }
    this.#rest = bytes.subarray(at);
  }
}

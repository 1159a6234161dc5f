// What is measured, in Node.js and in Chromium alike: messages of one kind in one direction, done in one of these ways.
//   bare     the WebSocket alone: what comes is counted, what goes is the same bytes each time
//   by hand  and what an application has to do at least, for itself alone: unpack a batch, read all fields of a header, let nothing stale pass and
//            hand the frame to a listener, count and write the numbers of what it sends, parse and write JSON
//   client   the client: numbers, listeners, bounds and all

export const Payload = new Uint8Array(32);
export const PerBatch = 20;
export const Envelope = { v: 1, svc: "chat", type: "msg", room: "lobby", data: { from: "user:alice", msg: "hello there", ts: 1760000000000 } };
export const Keys = 100;

/** Kinds of work by name; `per` is how many frames are in a message. */
export const Works = {
  "receive Hot frames": { path: "receive-hot", receives: true, isHot: true, per: 1 },
  "receive Hot frames in batches": { path: "receive-batch", receives: true, isHot: true, per: PerBatch },
  "receive envelopes": { path: "receive-ext", receives: true, isHot: false, per: 1 },
  "send Hot frames": { path: "send-hot", receives: false, isHot: true, per: 1 },
  "send envelopes": { path: "send-ext", receives: false, isHot: false, per: 1 },
};

/**
 * Connects, and answers what runs the work: settled when `count` frames have been received, or sent and counted by the peer.
 * `open` makes the WebSocket of the bare ways.
 */
export function prepare({ name, way, url, count, Client, open }) {
  const work = Works[name];
  const address = `${url}/v1/ws?work=${work.path}&count=${count}`;
  return way === "client" ? prepareClient(work, address, count, Client) : prepareBare(work, address, count, open, way === "by hand");
}

async function prepareClient(work, address, count, Client) {
  const client = new Client({ url: address, tenant: "demo", ticket: "alice", ping: { intervalMs: 0 } });
  await client.connect();
  return async () => {
    const done = new Promise((resolve) => {
      let left = count;
      const one = () => --left === 0 && resolve();
      if (!work.receives) client.subscribe({ svc: "bench", type: "done" }, resolve);
      else if (work.isHot) client.hot.subscribe({ svcId: 1 }, one);
      else client.subscribe({ svc: "chat", type: "msg" }, one);
    });
    client.send("bench", "go");
    if (!work.receives) await repeat(count, (i) => (work.isHot ? client.hot.send(1, 1, Payload, { key: i % Keys }) : client.send("chat", "msg", Envelope.data, { room: "lobby" })) === "sent");
    await done;
    client.close();
  };
}

async function prepareBare(work, address, count, open, byHand) {
  const socket = open(address);
  socket.binaryType = "arraybuffer";
  await new Promise((resolve, reject) => {
    socket.onmessage = resolve; // the greeting
    socket.onerror = () => reject(new Error("no connection"));
  });
  const messages = work.receives ? count / work.per : 1;
  return async () => {
    newest.clear();
    numbers.clear();
    const done = new Promise((resolve) => {
      let left = messages;
      socket.onmessage = ({ data }) => {
        if (byHand && work.receives) work.isHot ? readHot(data) : readEnvelope(data);
        if (--left === 0) resolve();
      };
    });
    socket.send("go");
    if (!work.receives) {
      const same = work.isHot ? writeHot(0) : writeEnvelope();
      await repeat(count, (i) => {
        if (socket.bufferedAmount > 1 << 20) return false;
        socket.send(!byHand ? same : work.isHot ? writeHot(i) : writeEnvelope());
        return true;
      });
    }
    await done;
    socket.close();
  };
}

// What is refused is tried again when something has been sent.
async function repeat(count, send) {
  for (let i = 0; i < count; i++) while (!send(i)) await new Promise((resolve) => setTimeout(resolve, 1));
}

let seen = 0;
const newest = new Map();
const numbers = new Map();
const listener = ({ svcId }) => svcId === 1 && seen++;

function readHot(data) {
  const view = new DataView(data);
  if (!(view.getUint8(2) & 0x40)) return readFrame(view, 0, view.byteLength);
  for (let at = 5; at < view.byteLength; ) {
    const length = view.getUint16(at, true);
    readFrame(view, at + 2, length);
    at += 2 + length;
  }
}

// One service and one opcode, one sender: the key alone says which frames are stale.
function readFrame(view, start, length) {
  const flags = view.getUint8(start + 2);
  let at = start + 3;
  const field = (flag) => {
    if (!(flags & flag)) return undefined;
    at += 4;
    return view.getUint32(at - 4, true);
  };
  const frame = { svcId: view.getUint8(start), opcode: view.getUint8(start + 1), seq: field(1), key: field(4), sender: field(8), room: field(16), payload: undefined };
  frame.payload = new Uint8Array(view.buffer, at, start + length - at);
  const last = newest.get(frame.key);
  if (last !== undefined && ((frame.seq - last) | 0) <= 0) return;
  newest.set(frame.key, frame.seq);
  listener(frame);
}

function readEnvelope(text) {
  const { svc, type } = JSON.parse(text);
  if (svc === "chat" && type === "msg") seen++;
}

function writeHot(i) {
  const bytes = new Uint8Array(11 + Payload.length);
  const view = new DataView(bytes.buffer);
  bytes.set([1, 1, 5]); // SEQ and KEY
  const key = i % Keys;
  const number = (numbers.get(key) ?? 0) + 1;
  numbers.set(key, number);
  view.setUint32(3, number, true);
  view.setUint32(7, key, true);
  bytes.set(Payload, 11);
  return bytes;
}

function writeEnvelope() {
  const { v, ...rest } = Envelope;
  return JSON.stringify(rest);
}

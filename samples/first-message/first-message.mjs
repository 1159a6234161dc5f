// Connects as alice and bob, chats, and sends a Hot frame. Usage: node first-message.mjs [address] [tenant]
// Node.js 22 has WebSocket; before that the package "ws" is taken: npm install ws
const { WebSocket } = globalThis.WebSocket ? globalThis : await import("ws");
const [address = "ws://127.0.0.1:8080", tenant = "demo"] = process.argv.slice(2);

const waiting = new Set(["frame", "alice's message", "bob's message"]);

const connect = (ticket) => new Promise((resolve, reject) => {
  const ws = new WebSocket(`${address}/v1/ws?tenant=${tenant}&ticket=${ticket}`);
  ws.binaryType = "arraybuffer";
  ws.onerror = () => reject(new Error(`${ticket} could not connect to ${address}`));
  ws.onopen = () => ws.send(JSON.stringify({ svc: "room", type: "join", room: "lobby" }));
  ws.onmessage = ({ data }) => {
    // Text is the Ext lane, JSON envelopes; binary is the Hot lane.
    const text = typeof data === "string" ? data : Buffer.from(data).toString("hex");
    console.log(`${ticket} got ${text}`);
    if (text.includes('"joined"')) resolve(ws);
    waiting.delete(text.startsWith("010108") ? "frame" : text.includes('"chat"') ? `${ticket}'s message` : "");
    if (waiting.size === 0) [alice, bob].forEach((each) => each.close(1000));
  };
});

const alice = await connect("alice");
const bob = await connect("bob");

alice.send(JSON.stringify({ svc: "chat", type: "send", data: { msg: "hello" }, id: 1 }));
alice.send(new Uint8Array([0x01, 0x01, 0x00, 0x2a])); // svc_id 1 (game), opcode 1, flags 0, then the payload

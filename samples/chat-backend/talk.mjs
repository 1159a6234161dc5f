// Joins the lobby with a ticket, says something and prints what comes. Usage: node talk.mjs ticket text [address]
// Node.js 22 has WebSocket; before that the package "ws" is taken: npm install ws
const { WebSocket } = globalThis.WebSocket ? globalThis : await import("ws");
const [ticket, text = "hello", address = "ws://127.0.0.1:8080"] = process.argv.slice(2);

const ws = new WebSocket(`${address}/v1/ws?tenant=chat&ticket=${ticket}`);
const send = (message) => ws.send(JSON.stringify(message));
ws.onopen = () => send({ svc: "room", type: "join", room: "lobby" });
ws.onmessage = ({ data }) => {
  console.log(data);
  const { type, id } = JSON.parse(data);
  if (type === "joined") send({ svc: "talk", type: "say", room: "lobby", data: { text }, id: 1 });
  if (id === 1) send({ svc: "talk", type: "history", room: "lobby", id: 2 });
  if (id === 2) ws.close(1000);
};
ws.onclose = ({ code, reason }) => process.exit(code === 1000 ? 0 : (console.error(`closed: ${code} ${reason}`), 1));

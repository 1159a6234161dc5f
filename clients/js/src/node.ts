// The entry for Node.js: the same, on a WebSocket of its own, since Node.js 20 has none. It is loaded when it is needed, and browsers never see it.
import { platform } from "./websocket.js";

// Others that say they are Node.js have one.
if (!("Bun" in globalThis || "Deno" in globalThis))
  platform.open = async (url, protocols, receiveBytes) => {
    const { NodeWebSocket } = await import("./node/websocket.js");
    return new NodeWebSocket(url, protocols, receiveBytes);
  };

export * from "./index.js";

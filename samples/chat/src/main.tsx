import { createRoot } from "react-dom/client";
import { connect } from "wsprism";
const client = await connect({ url: new URLSearchParams(location.search).get("gateway") ?? "ws://127.0.0.1:8080/v1/ws", tenant: "demo", ticket: "alice" });
createRoot(document.getElementById("root")!).render(<p id="who">{client.session!.user}</p>);

import { say } from "./connection.js";

/** Stops and starts the feed, which the server of this page runs: see feed/host.ts. */
export async function wireFeedButton(button: HTMLButtonElement): Promise<void> {
  const ask = async (method: "GET" | "PUT" | "DELETE"): Promise<void> => {
    button.disabled = true;
    try {
      const { running } = (await (await fetch("/feed", { method })).json()) as { running: boolean };
      button.textContent = running ? "Stop the feed" : "Start the feed";
      button.dataset.running = String(running);
    } catch {
      say("The server of this page does not answer.");
    }
    button.disabled = false;
  };
  button.addEventListener("click", () => ask(button.dataset.running === "true" ? "DELETE" : "PUT"));
  await ask("GET");
}

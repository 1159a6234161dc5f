// Measurements in Chromium, each in a tab of its own. What counts is the processor time of the tab's process (ProcessTime of the DevTools protocol):
// the WebSocket itself is in the network process, which is the same whoever uses it.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

const Page = `<!doctype html><title>bench</title><script type="module">
import { Client } from "./wsprism.js";
import { prepare } from "./works.mjs";
globalThis.work = (name, way, url, count) => prepare({ name, way, url, count, Client, open: (address) => new WebSocket(address) });
</script>`;

const Files = {
  "/wsprism.js": new URL("../../clients/js/dist/wsprism.min.js", import.meta.url),
  "/works.mjs": new URL("works.mjs", import.meta.url),
};

/** The program; undefined where there is none. */
export const chromium = [process.env.CHROMIUM ?? "", "chromium", "chromium-browser", "google-chrome"].find((name) => {
  try {
    return name && execFileSync(name, ["--version"], { stdio: "pipe" }).length > 0;
  } catch {
    return false;
  }
});

export class Chromium {
  #profile = mkdtempSync(join(tmpdir(), "wsprism-bench-"));
  #answers = new Map();
  #id = 0;

  async start() {
    this.server = createServer(({ url }, response) => {
      response.setHeader("Content-Type", Files[url] ? "text/javascript" : "text/html");
      response.end(Files[url] ? readFileSync(Files[url]) : Page);
    });
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--site-per-process", "--remote-debugging-pipe", `--user-data-dir=${this.#profile}`, "about:blank"];
    this.browser = spawn(chromium, options, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    this.ended = new Promise((resolve) => this.browser.on("close", resolve));
    let text = "";
    this.browser.stdio[4].setEncoding("utf8").on("data", (chunk) => {
      const messages = (text + chunk).split("\0");
      text = messages.pop();
      for (const message of messages.map((one) => JSON.parse(one))) {
        this.#answers.get(message.id)?.(message);
        this.#answers.delete(message.id);
      }
    });
    return this;
  }

  /** Seconds of processor time that this work took. */
  async measure(name, way, url, count) {
    const { targetId } = await this.#ask("Target.createTarget", { url: `http://127.0.0.1:${this.server.address().port}/` });
    const { sessionId } = await this.#ask("Target.attachToTarget", { targetId, flatten: true });
    const evaluate = async (expression) => {
      const { result, exceptionDetails } = await this.#ask("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true }, sessionId);
      if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
      return result.value;
    };
    const work = (messages) => `(async () => { globalThis.run = await work(${JSON.stringify(name)}, ${JSON.stringify(way)}, ${JSON.stringify(url)}, ${messages}); })()`;
    const time = async () => (await this.#ask("Performance.getMetrics", {}, sessionId)).metrics.find((metric) => metric.name === "ProcessTime").value;
    await this.#ask("Performance.enable", {}, sessionId);
    while (!(await evaluate('typeof work === "function"')));
    await evaluate(work(count / 5));
    await evaluate("run()"); // to warm up
    await evaluate(work(count));
    const start = await time();
    await evaluate("run()");
    const seconds = (await time()) - start;
    await this.#ask("Target.closeTarget", { targetId });
    return seconds;
  }

  async stop() {
    this.browser.kill();
    await this.ended;
    this.server.close();
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  async #ask(method, params, sessionId) {
    const id = ++this.#id;
    const answer = new Promise((resolve) => this.#answers.set(id, resolve));
    this.browser.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    const { result, error } = await answer;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }
}

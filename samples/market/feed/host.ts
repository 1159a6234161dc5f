// One command starts both: the page's server starts the feed beside it. A feed of yours runs where your data is.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Connect, Plugin, PreviewServer, ViteDevServer } from "vite";

/** Runs the feed, and lets the page stop it (DELETE /feed) and start it again (PUT /feed), so that one can see what becomes of its prices. */
export function feed(): Plugin {
  let running: ChildProcess | undefined;

  const start = (root: string): void => {
    // The channel to a forked process closes when this one ends, even if it is killed: the feed notices.
    const process = fork(join(root, "feed/feed.mjs"));
    running = process;
    process.once("exit", () => {
      if (running === process) running = undefined;
    });
  };

  const attach = ({ config, middlewares }: ViteDevServer | PreviewServer): void => {
    const answer: Connect.NextHandleFunction = async ({ method }, response) => {
      if (method === "PUT" && !running) start(config.root);
      if (method === "DELETE" && running) {
        running.kill();
        await once(running, "exit");
      }
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify({ running: running !== undefined }));
    };
    middlewares.use("/feed", answer);
    start(config.root);
  };

  return { name: "feed", configureServer: attach, configurePreviewServer: attach };
}

import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Patience } from "../support/queue.ts";

/** The gateway's program, where it was built: WSPRISM_GATEWAY, or the release build of this repository. */
export const program = process.env.WSPRISM_GATEWAY ?? fileURLToPath(new URL("../../../../artifacts/bin/WsPrism.Gateway/release/wsprism.dll", import.meta.url));

export const isBuilt = existsSync(program);

/** A gateway of its own, as a process, on ports that the system chooses. */
export class RealGateway {
  readonly #process: ChildProcess;
  readonly #folder: string;
  url = "";

  private constructor(process: ChildProcess, folder: string) {
    this.#process = process;
    this.#folder = folder;
  }

  static async start(tenants: string): Promise<RealGateway> {
    const folder = mkdtempSync(join(tmpdir(), "wsprism-"));
    const file = join(folder, "wsprism.yaml");
    writeFileSync(file, `version: 1\ngateway:\n  listen: "127.0.0.1:0"\n  admin: {listen: "127.0.0.1:0"}\n  handshake_limit: {per_ip_rps: 1000, per_ip_burst: 1000}\ntenants:\n${tenants}`);
    const gateway = new RealGateway(spawn(process.env.DOTNET_HOST_PATH ?? "dotnet", [program, "start", "--config", file, "--no-watch"]), folder);
    gateway.url = await gateway.#address();
    return gateway;
  }

  stop(): void {
    this.#process.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #address(): Promise<string> {
    return new Promise((resolve, reject) => {
      let output = "";
      const late = setTimeout(() => reject(new Error(`The gateway did not start: ${output}`)), 2 * Patience);
      const read = (chunk: Buffer): void => {
        output = (output + chunk.toString()).slice(-10_000);
        const address = /gateway active at (\S+)/.exec(output)?.[1];
        if (!address) return;
        clearTimeout(late);
        resolve(`ws://${address}/v1/ws`);
      };
      this.#process.stdout!.on("data", read);
      this.#process.stderr!.on("data", read);
      this.#process.on("error", reject);
    });
  }
}

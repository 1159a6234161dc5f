import { WsPrismError } from "wsprism";

/** So long a request waits for a connection, and so often for its turn where it was too fast. */
export const patient = { timeoutMs: 60_000, rateLimitRetries: 5 };

/** Asks again in the next session where one was lost before the answer came. For what does no harm twice. */
export async function inSomeSession<T>(ask: () => Promise<T>): Promise<T> {
  for (;;)
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof WsPrismError && error.code === "SESSION_LOST")) throw error;
    }
}

/** Nobody knows whether the gateway has acted on it. */
export const isUnsure = (error: unknown): boolean =>
  error instanceof WsPrismError && ["SESSION_LOST", "REQUEST_TIMEOUT", "TIMEOUT", "INTERNAL", "CLOSED"].includes(error.code);

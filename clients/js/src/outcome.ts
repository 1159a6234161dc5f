import { fields, parse, text } from "./json.js";

/** What to do about a connection that ended, or never began. */
export interface Ending {
  /** The word of the gateway, or of this library, for what happened. */
  reason: string;
  /** The close code, or the status of the refused handshake. */
  code: number;
  /** `stop`; `ticket`: only with another ticket; `soon`: with a random delay; `later`: with back-off. */
  advice: "stop" | "ticket" | "soon" | "later";
  /** Not before so long. */
  retryAfterMs?: number;
}

const afterClose: Record<number, Ending["advice"]> = {
  1000: "stop", 1002: "stop", 1003: "stop", 1007: "stop", 1009: "stop", 4403: "stop", 4408: "stop", 4409: "stop",
  4401: "ticket",
  1001: "soon", 1005: "soon", 1006: "soon", 4411: "soon",
};

/** The table of close codes. What is not in it passes, one may hope: come back, but not at once. */
export function closed(code: number, reason: string): Ending {
  const seconds = /retry_after=(\d{1,6})/.exec(reason)?.[1];
  return {
    code,
    reason: reason || (code === 1006 ? "lost" : String(code)),
    advice: afterClose[code] ?? "later",
    ...(seconds && { retryAfterMs: Number(seconds) * 1000 }),
  };
}

/** An answer to a handshake that was refused. */
export interface Refusal {
  /** The HTTP status. */
  status: number;
  /** The beginning of it, of 4,096 characters about: whoever answers need not be a gateway, and need not come to an end. */
  body: string;
  /** The header `retry-after`, as it came. */
  retryAfter?: string | undefined;
}

export const MaxBody = 4096;

/** What a refusal means. 426 is right for a request without upgrade: something on the way failed, and may work the next time. */
export function refused({ status, body, retryAfter }: Refusal): Ending {
  const passes = status < 400 || status === 408 || status === 425 || status === 426 || status === 429 || status >= 500;
  const code = text(fields(parse(body))?.code);
  const seconds = Number(retryAfter || NaN);
  return {
    code: status,
    reason: code ?? `http_${status}`,
    advice: status === 401 ? "ticket" : passes ? "later" : "stop",
    ...(seconds >= 0 && { retryAfterMs: seconds * 1000 }),
  };
}

/** Nobody answered. */
export const unreachable: Ending = { code: 0, reason: "unreachable", advice: "later" };

import { WsPrismError } from "wsprism";

const words: Record<string, string> = {
  AUTH_FAILED: "The gateway does not know this name.",
  NOT_ALLOWED: "The gateway does not allow it.",
  NOT_IN_ROOM: "You are not in this room.",
  RATE_LIMITED: "Too fast.",
  RESOURCE_EXHAUSTED: "The gateway is full.",
  SERVICE_UNAVAILABLE: "The gateway cannot do it now.",
  PAYLOAD_TOO_LARGE: "It is too long.",
  FRAME_TOO_LARGE: "It is too long.",
  BUFFER_FULL: "Too much waits to be sent.",
  SESSION_LOST: "The connection was lost: perhaps it arrived.",
  REQUEST_TIMEOUT: "No answer came: perhaps it arrived.",
  TIMEOUT: "No answer came: perhaps it arrived.",
  CLOSED: "You are not connected.",
  unreachable: "There is no answer from the gateway.",
  lost: "The connection was lost.",
  silence: "The connection has gone silent.",
  drained: "The gateway is going away.",
  replaced: "You are here in too many places; a newer one took this one's.",
  kicked: "You were sent away.",
  too_many_sessions: "You are here in too many places.",
  violations: "The gateway refused too much of what was sent.",
};

/** A code of an error, or the reason of a state, for people. */
export const explain = (reason = ""): string => words[reason] ?? (reason && `It did not work: ${reason}.`);

/** Why something failed, for people. */
export const explainError = (error: unknown): string => explain(error instanceof WsPrismError ? error.code : String(error));

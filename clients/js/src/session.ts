import type { Envelope } from "./envelope.js";
import { count, fields, text } from "./json.js";

/** What the gateway says of a session when it begins. */
export interface Session {
  readonly id: string;
  readonly tenant: string;
  readonly user: string;
  /** This session in `sender` of Hot frames. */
  readonly handle: number;
  /** Whether it survives a lost connection. */
  readonly resumable: boolean;
  /** The longest message that may be sent. */
  readonly maxFrameBytes: number;
  /** Names the session in a report to the gateway's operator. */
  readonly traceId: string | undefined;
}

/** `sys.authed` or `sys.resumed`, read; undefined where it is no such thing. */
export interface Greeting {
  session: Session;
  token: string | undefined;
  /** Of `authed`: why the session before could not go on. */
  resumeFailed: string | undefined;
  /** Of `resumed`. */
  position: number | undefined;
  replayed: number;
}

export function greeting({ data, trace_id }: Envelope, before: Session | undefined): Greeting | undefined {
  const said = fields(data);
  const id = text(said?.session);
  const handle = count(said?.handle);
  if (!said || !id || handle === undefined) return undefined;
  const token = text(fields(said.resume)?.token);
  return {
    session: {
      id,
      handle,
      tenant: text(said.tenant) ?? before?.tenant ?? "",
      user: text(said.user) ?? before?.user ?? "",
      resumable: token !== undefined,
      maxFrameBytes: count(said.max_frame_bytes) ?? Infinity,
      traceId: text(trace_id),
    },
    token,
    resumeFailed: text(said.resume_failed),
    position: count(said.position),
    replayed: count(said.replayed) ?? 0,
  };
}

import { MaxBody, refused, unreachable, type Ending } from "./outcome.js";

/**
 * Why was the upgrade refused? Browsers do not tell; the same URL fetched without upgrade goes through the same checks, takes nothing,
 * and answers what they said.
 */
export async function preflight(socketUrl: URL, ticket: string, timeoutMs: number): Promise<Ending> {
  const url = new URL(socketUrl);
  url.protocol = url.protocol.replace("ws", "http");
  url.searchParams.delete("resume");
  url.searchParams.delete("position");
  const headers: Record<string, string> = url.searchParams.has("ticket") ? {} : { Authorization: `Bearer ${ticket}` };
  try {
    const response = await fetch(url, { headers, cache: "no-store", redirect: "manual", credentials: "omit", signal: AbortSignal.timeout(timeoutMs) });
    return refused({ status: response.status, body: await head(response), retryAfter: response.headers.get("Retry-After") ?? undefined });
  } catch {
    return unreachable;
  }
}

// The beginning of the body: whoever answers need not be a gateway, and need not come to an end.
async function head(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let json = "";
  while (reader && json.length < MaxBody) {
    const { done, value } = await reader.read();
    if (done) return json;
    json += decoder.decode(value, { stream: true });
  }
  await reader?.cancel();
  return json;
}

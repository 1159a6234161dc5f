// What the demo page shows: words for endings, the chat, the playfield, the frames. How to talk to a gateway is in demo.js.
import { decodeFrames, f32, HotFlag, layout } from "./wsprism.js";

export const GAME = 1, ECHO = 250; // svc_id of Hot frames
export const Place = layout({ x: f32, y: f32 });
const SERVICE = { 1: "game", 2: "market", 250: "echo" };

// ---- Why there is no connection: the library knows what to do about it, people want to know what it is ----

const CLOSED = {
  1000: ["normal", "Nothing to do."],
  1001: ["gateway draining", "Reconnect at once, with jitter."],
  1002: ["protocol error", "Stop: this is a bug."],
  1003: ["unacceptable data", "Stop: this is a bug."],
  1006: ["connection lost", "Reconnect and resume."],
  1007: ["invalid UTF-8", "Stop: this is a bug."],
  1009: ["message too big", "Stop: this is a bug."],
  1013: ["try again later", "Reconnect with back-off."],
  4401: ["ticket expired or revoked", "Get a new ticket, then reconnect."],
  4403: ["closed by policy", "Stop: too many violations."],
  4408: ["kicked", "Stop: reconnecting would kick the other session."],
  4409: ["too many sessions", "Stop, or end another session of this user first."],
  4410: ["slow consumer", "Reconnect with back-off and resume."],
  4411: ["idle timeout", "Reconnect and resume."],
};
const REFUSED = {
  400: "Tenant or ticket is missing.",
  401: "Tenant or ticket is not valid.",
  403: "The tenant wants no connections from this page, or not this user.",
  404: "There is no gateway at this address.",
  426: "The upgrade failed, but the checks pass now.",
  429: "Too many connections.",
  503: "The gateway takes no more, or is going away.",
};
const HAPPENED = {
  client: "Disconnected.",
  unreachable: "The gateway does not answer.",
  silence: "Nothing came any more.",
  handshake_timeout: "The gateway took too long.",
  protocol: "What answered is no gateway.",
  websocket: "The browser refused to connect.",
};

export function explain({ reason, code }) {
  if (HAPPENED[reason]) return HAPPENED[reason];
  if (code < 1000) return `Refused with HTTP ${code} ${reason}: ${REFUSED[code] ?? "The gateway, or something before it, has a problem."}`;
  const [meaning, advice] = CLOSED[code] ?? ["closed", "Unknown code: treat it like a lost connection."];
  return `${code} ${meaning}${reason === meaning || reason === "lost" ? "" : ` (${reason})`}. ${advice}`;
}

// ---- Chat -----------------------------------------------------------------------------------------

export class ChatLog {
  typists = new Map();           // user -> until when
  constructor(ui) { this.log = ui["chat-log"]; this.hint = ui.typing; }

  message({ from, msg, ts }, own) {
    const item = element("div", from === own ? "msg own" : "msg");
    item.dataset.from = from;
    item.append(element("b", "", shortName(from)), element("span", "text", msg), element("time", "", new Date(ts).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })));
    this.append(item);
    this.typists.delete(from);
    this.showTyping();
  }

  error({ message, retryAfterMs }) { this.line(message + (retryAfterMs ? ` (again in ${retryAfterMs} ms)` : ""), true); }

  line(text, bad) {              // the same line again only counts up
    const last = this.log.lastElementChild;
    if (last?.dataset.line === text) { last.textContent = `${text} ×${last.dataset.n = +last.dataset.n + 1}`; return; }
    const item = element("div", bad ? "sysline bad" : "sysline", text);
    Object.assign(item.dataset, { line: text, n: 1 });
    this.append(item);
  }

  append(item) {
    this.log.append(item);
    if (this.log.childElementCount > 200) this.log.firstElementChild.remove();
    this.log.scrollTop = this.log.scrollHeight;
  }

  typing(user) { this.typists.set(user, Date.now() + 3000); this.showTyping(); }

  showTyping() {
    for (const [user, until] of this.typists) if (until < Date.now()) this.typists.delete(user);
    const names = [...this.typists.keys()].map(shortName), text = names.length ? `${names.join(", ")} ${names.length > 1 ? "are" : "is"} typing …` : "";
    if (this.hint.textContent !== text) this.hint.textContent = text;
  }
}

// ---- Playfield: our dot and theirs, painted once per animation frame at most, and only while something changes ----

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const TRAIL_MS = 600, PEER_GONE_MS = 7000, R = 9;

export class Playfield {
  peers = new Map();             // handle -> dot
  keys = new Set();              // arrow keys held down

  constructor(field, start, moved, nameOf) {
    Object.assign(this, { field, moved, nameOf, canvas: field.querySelector("canvas"), self: { ...start, trail: [] } });
    field.onpointerdown = field.onpointermove = event => {
      const box = field.getBoundingClientRect();
      this.moveTo((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    };
    field.onkeydown = event => {
      if (!ARROWS[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();    // do not scroll the page
      if (!this.keys.has(event.key)) { this.keys.add(event.key); this.nudge(event.key, 0.01); } // paint() goes on while it is held
    };
    field.onkeyup = event => this.keys.delete(event.key);
    field.onblur = () => this.keys.clear();
    new ResizeObserver(() => this.paintSoon()).observe(field);
  }

  nudge(key, step) { this.moveTo(this.self.x + ARROWS[key][0] * step, this.self.y + ARROWS[key][1] * step); }

  moveTo(x, y) {
    const { self } = this, place = { x: clamp(x), y: clamp(y) };
    if (place.x === self.x && place.y === self.y) return;
    move(self, place);
    this.tell();
    this.paintSoon();
  }

  tell() { this.moved({ x: this.self.x, y: this.self.y }); }

  peerMoved(handle, { x, y }) {
    let peer = this.peers.get(handle);
    if (!peer) this.peers.set(handle, peer = { trail: [] });
    move(peer, { x: clamp(x), y: clamp(y) });
    this.paintSoon();
  }

  clear() { this.peers.clear(); this.paintSoon(); }

  paintSoon() { this.painting ??= requestAnimationFrame(now => { this.painting = undefined; this.paint(now); }); }

  paint(now) {
    const { field, canvas, self, keys, peers } = this;
    for (const key of keys) this.nudge(key, Math.min(50, now - (this.paintedAt ?? now)) * 0.0006);
    this.paintedAt = now;
    for (const [handle, { at }] of peers) if (now - at > PEER_GONE_MS) peers.delete(handle);
    Object.assign(field.dataset, { selfX: self.x, selfY: self.y, peers: JSON.stringify(Object.fromEntries([...peers].map(([handle, { x, y }]) => [handle, { x, y }]))) });

    const scale = devicePixelRatio || 1, w = field.clientWidth, h = field.clientHeight, c = canvas.getContext("2d");
    if (canvas.width !== Math.round(w * scale) || canvas.height !== Math.round(h * scale)) { canvas.width = Math.round(w * scale); canvas.height = Math.round(h * scale); }
    c.setTransform(scale, 0, 0, scale, 0, 0);
    c.clearRect(0, 0, w, h);
    c.font = "600 12px system-ui, sans-serif";
    const ink = getComputedStyle(field).color, circle = (x, y, r) => { c.beginPath(); c.arc(R + x * (w - 2 * R), R + y * (h - 2 * R), r, 0, 7); };
    let trails = false;
    for (const [handle, dot] of [...peers, [this.handle, self]]) {
      c.fillStyle = this.isLive ? color(handle) : "#8a93a8";
      while (dot.trail.length && now - dot.trail[0].at > TRAIL_MS) dot.trail.shift();
      if (!still.matches) for (const { x, y, at } of dot.trail) {
        const left = 1 - (now - at) / TRAIL_MS;
        c.globalAlpha = left * 0.35;
        circle(x, y, 2 + left * 5); c.fill();
      }
      trails ||= dot.trail.length > 0;
      c.globalAlpha = 1;
      circle(dot.x, dot.y, R - 1); c.fill();
      if (dot === self) { c.strokeStyle = ink; c.lineWidth = 1.5; c.stroke(); }
      const name = dot === self ? "you" : this.nameOf(handle), width = c.measureText(name).width, x = R + dot.x * (w - 2 * R), y = R + dot.y * (h - 2 * R);
      c.fillStyle = ink;
      c.fillText(name, Math.min(w - width - 4, Math.max(4, x - width / 2)), y < 30 ? y + 22 : y - 14);
    }
    if (trails || keys.size) this.paintSoon(); else this.paintedAt = undefined;
  }
}

function move(dot, { x, y }) {
  const at = performance.now();
  Object.assign(dot, { x, y, at });
  dot.trail.push({ x, y, at });
  if (dot.trail.length > 100) dot.trail.shift(); // a hidden tab does not paint
}

// ---- Frames: what goes over the wire, in words and in bytes ----------------------------------------

const MAX_FRAMES = 200;

export class FrameLog {
  pending = [];                  // lines that wait for the next paint
  count = {};
  show = {};

  constructor(ui) {
    Object.assign(this, { ui, list: ui.frames });
    ui.pause.onclick = () => {
      this.paused = !this.paused;
      ui.pause.textContent = this.paused ? "Go on" : "Pause";
      ui.pause.setAttribute("aria-pressed", String(this.paused));
    };
    ui.clear.onclick = () => { this.pending = []; this.list.replaceChildren(); };
    for (const box of this.list.parentElement.querySelectorAll("[data-show]")) (box.onchange = () => { this.show[box.dataset.show] = box.checked; })();
  }

  // A WebSocket of which all that it sends and receives is shown.
  watch(socket) {
    socket.addEventListener("message", ({ data }) => this.add("in", data));
    socket.send = data => { this.add("out", data); WebSocket.prototype.send.call(socket, data); };
    return socket;
  }

  add(direction, data) {
    const lane = typeof data === "string" ? "ext" : "hot";
    this.count[lane + direction] = (this.count[lane + direction] ?? 0) + 1;
    if (this.paused || !this.show[direction] || !this.show[lane]) return; // costs nothing when nobody looks
    const { head, body, isProbe } = lane === "ext" ? describeText(data) : describeBytes(new Uint8Array(data));
    if (isProbe && !this.show.probe) return;
    const line = element("div", "fr");
    Object.assign(line.dataset, { lane, dir: direction });
    line.append(element("span", "", new Date().toISOString().slice(11, 23)), ` ${direction === "in" ? "←" : "→"} `, element("span", `tag ${lane}`, lane === "ext" ? "Ext" : "Hot"), " ",
      element("span", "", head), element("span", "hex", body));
    this.pending.push(line);
    if (this.pending.length > MAX_FRAMES) this.pending.shift();
    this.painting ??= requestAnimationFrame(() => { this.painting = undefined; this.flush(); });
  }

  flush() {
    const { list } = this, atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 30;
    list.append(...this.pending.splice(0));
    while (list.childElementCount > MAX_FRAMES) list.firstElementChild.remove();
    if (atEnd) list.scrollTop = list.scrollHeight; // follow, unless somebody scrolled up to read
  }

  showRates() {
    for (const lane of ["ext", "hot"]) this.ui[`rate-${lane}`].textContent = `${this.count[lane + "in"] ?? 0} / ${this.count[lane + "out"] ?? 0}`;
    this.count = {};
  }
}

function describeText(json) {
  let said = {};
  try { said = JSON.parse(json); } catch { return { head: "not JSON", body: json }; }
  return { head: `${said.svc}.${said.type}`, body: json, isProbe: said.svc === "sys" && /^p[io]ng$/.test(said.type) };
}

function describeBytes(bytes) {
  const frames = decodeFrames(bytes), body = hex(bytes);
  if (!frames) return { head: "malformed", body };
  const head = bytes[2] & HotFlag.Batch ? `BATCH of ${frames.length} ${frames.map(frame => `(${describeFrame(frame)})`).join(" ")}` : describeFrame(frames[0]);
  return { head, body, isProbe: frames.every(({ svcId }) => svcId === ECHO) };
}

function describeFrame(frame) {
  const { svcId, opcode, payload } = frame, words = [`${SERVICE[svcId] ?? `svc ${svcId}`} op ${opcode}`];
  for (const name of ["seq", "key", "sender", "room"]) if (frame[name] !== undefined) words.push(`${name.toUpperCase()} ${frame[name]}`);
  for (const name of ["reliable", "ack"]) if (frame[name]) words.push(name.toUpperCase());
  const place = svcId === GAME && payload.length === Place.size && Place.decode(payload);
  words.push(place ? `x ${place.x.toFixed(3)} y ${place.y.toFixed(3)}` : `${payload.length} B payload`);
  return words.join(" · ");
}

// ---- Small helpers ---------------------------------------------------------------------------------

const hex = bytes => Array.from(bytes.subarray(0, 96), b => b.toString(16).padStart(2, "0")).join(" ") + (bytes.length > 96 ? " …" : "");
const element = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });
const clamp = v => Math.min(1, Math.max(0, v));
export const color = handle => `hsl(${(handle * 137.5 + 210) % 360} 70% 52%)`; // the same handle has the same colour everywhere
export const shortName = user => user.replace(/^user:/, "");
const still = matchMedia("(prefers-reduced-motion: reduce)");

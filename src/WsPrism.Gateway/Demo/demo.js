// Everything about the connection is the library's: tickets, reconnecting, resuming, sequence numbers, batches, the clock.
// Here is what an application adds: what to listen to, what to say, what to show.
import { Client, f64, layout } from "./wsprism.js";
import { ChatLog, color, ECHO, explain, FrameLog, GAME, Place, Playfield, shortName } from "./demo-view.js";

const Probe = layout({ sentAt: f64 });
const showMs = (e, ms) => { e.textContent = `${ms.toFixed(ms < 10 ? 2 : 1)} ms`; };

/** One user: a client, and what is on screen for it. */
class Pane {
  constructor(prefix, ticket, start) {
    const root = document.getElementById("pane").content.cloneNode(true);
    const ui = this.ui = {};
    for (const e of root.querySelectorAll("[data-id]")) { e.id = `${prefix}-${e.dataset.id}`; ui[e.dataset.id] = e; }
    for (const e of root.querySelectorAll("[data-label]")) e.setAttribute("aria-label", `${e.dataset.label} of ${ticket}`);
    root.querySelector("section").setAttribute("aria-label", `User ${ticket}`);
    ui.ticket.value = ui.user.textContent = ticket;
    document.getElementById("panes").append(root);

    this.frames = new FrameLog(ui);
    this.chat = new ChatLog(ui);
    this.field = new Playfield(ui.field, start, place => { if (this.room) this.places.set(place); }, handle => this.nameOf(handle));
    this.names = new Map();      // handle of a session -> its user
    this.bind();
    setInterval(() => this.everySecond(), 1000);
  }

  get isOpen() { return this.client?.state === "open"; }
  get isOver() { return (this.client?.state ?? "closed") === "closed"; }

  connect() {
    const { ui, chat } = this;
    const client = this.client = new Client({
      url: location.origin,
      tenant: ui.tenant.value.trim(),
      ticket: ui.ticket.value.trim(),
      ping: { intervalMs: 2000 },
      reconnect: { maxMs: 5000 },  // people are watching
      webSocket: (url, protocols) => this.frames.watch(new WebSocket(url, protocols)), // only so that the frames can be shown
    });
    client.on("state", change => this.showState(change));
    client.on("session", session => this.began(session));
    client.on("resumed", ({ replayed }) => this.note(`Resumed: ${replayed} missed messages replayed.`));
    client.on("resumeFailed", ({ reason }) => this.note(`A new session: the old one could not be resumed (${reason}).`));
    client.on("joined", joined => this.entered(joined));
    client.on("left", ({ room }) => { if (room === this.room) { chat.line(`left ${room}`); this.outOfRoom(); } });
    client.on("budget", ({ lane, rps }) => { this.budget[lane] = rps; this.showSession(); });
    client.on("error", error => chat.error(error));
    client.on("kicked", ({ reason }) => chat.line(`kicked: ${reason}`, true));
    client.on("draining", ({ graceMs }) => chat.line(`the gateway is going away within ${graceMs} ms`, true));
    client.on("lagging", ({ dropped }) => chat.line(`too slow: ${dropped} messages were dropped`, true));
    client.on("expiring", ({ inMs }) => chat.line(`the ticket ends in ${Math.round(inMs / 1000)} s`, true));

    client.chat.onMessage(message => { if (message.room === this.room) chat.message(message, client.session.user); });
    client.chat.onTyping(({ from, room }) => { if (room === this.room && from !== client.session.user) chat.typing(from); });
    client.presence.onChange(() => this.askMembers());

    const places = client.hot.channel(GAME, 1, Place);
    places.subscribe((place, { sender, room }) => { // room: it came from another one than the active
      if (sender === undefined || sender === client.session.handle || room !== undefined) return;
      if (!this.names.has(sender)) this.askMembers();
      this.field.peerMoved(sender, place);
    });
    this.places = places.conflate(); // many moves may become one frame: only the newest matters
    this.echo = client.hot.channel(ECHO, 1, Probe);
    this.echo.subscribe(({ sentAt }) => showMs(ui["rtt-hot"], performance.now() - sentAt));

    // Where there is no use in trying the state has said why. A room that is joined once is joined again by the client.
    client.connect().then(() => this.join(), () => {});
  }

  showState(change) {
    const { ui } = this, { state, code, retryInMs } = change, isRunning = !this.isOver;
    ui.state.dataset.state = state;
    ui.state.textContent = state !== "closed" || !code ? state : code < 1000 ? "refused" : `closed ${code}`;
    ui.connect.textContent = isRunning ? "Disconnect" : "Connect";
    ui.tenant.disabled = ui.ticket.disabled = isRunning;
    this.note(change.reason ? explain(change) + (retryInMs === undefined ? "" : ` Again in ${(retryInMs / 1000).toFixed(1)} s.`) : "", change.reason && change.reason !== "client");
    if (state === "closed") this.outOfRoom();
    this.showSession();
  }

  // A session begins with nothing; one that is resumed keeps all it had.
  began({ user, handle }) {
    this.budget = {};
    this.ui.user.textContent = shortName(user);
    this.ui.user.dataset.user = user;
    this.ui.color.style.background = color(handle);
    this.field.handle = handle;
    this.outOfRoom();
  }

  async join() {
    const { client } = this, room = this.ui.room.value.trim() || "lobby";
    try {
      if (this.room && this.room !== room) await client.rooms.leave(this.room);
      await client.rooms.join(room); // joining makes it the active room: where our Hot frames go
    } catch (error) { this.chat.error(error); }
  }

  entered({ room, members }) {
    this.outOfRoom();
    this.room = room;
    this.members = members;
    this.showSession();
    this.chat.line(`joined ${room}`);
    this.field.tell();
    this.askMembers();
  }

  outOfRoom() {
    this.room = undefined;
    this.names.clear();
    this.field.clear();
    this.showSession();
  }

  // Hot frames name their sender by a handle; the members of the room say whose it is. Asked at most once a second.
  askMembers() {
    this.asking ??= setTimeout(async () => {
      this.asking = undefined;
      const { room } = this;
      if (!room || !this.isOpen) return;
      const page = await this.client.rooms.members(room).catch(() => undefined);
      if (!page || room !== this.room) return;
      for (const { user, handles } of page.members) for (const handle of handles) this.names.set(handle, user);
      for (const handle of this.field.peers.keys()) if (!this.names.has(handle)) this.names.set(handle, `#${handle}`); // not for ever
      this.members = page.count;
      this.showSession();
    }, this.names.size ? 1000 : 0);
  }

  nameOf(handle) { return shortName(this.names.get(handle) ?? `#${handle}`); }

  note(text, bad = false) {
    this.ui.note.textContent = text;
    this.ui.note.classList.toggle("bad", !!bad);
  }

  showSession() {
    const { ui, client, room, members, isOpen } = this;
    ui.session.textContent = isOpen ? client.session.id : "–";
    ui.handle.textContent = isOpen ? client.session.handle : "–";
    ui.budget.textContent = isOpen && Object.entries(this.budget ?? {}).map(([lane, rps]) => `${lane} ${rps}/s`).join(", ") || "–";
    ui.members.textContent = isOpen && room ? `${room} (${members} member${members === 1 ? "" : "s"}, handle ${client.rooms.get(room)?.handle})` : "–";
    ui["chat-input"].disabled = ui["chat-send"].disabled = !isOpen || !room;
    if (!isOpen) for (const id of ["rtt-ext", "rtt-hot", "clock"]) ui[id].textContent = "–";
    this.field.isLive = isOpen;
    this.field.paintSoon();
  }

  everySecond() {
    const { ui, client } = this;
    this.frames.showRates();
    this.chat.showTyping();
    this.field.paintSoon();
    if (!this.isOpen) return;
    ui.gaps.textContent = client.hot.stats.gaps;
    this.echo.send({ sentAt: performance.now() });
    if (this.even = !this.even) this.field.tell(); // newcomers know where we are, and a lost frame heals itself
    if (!client.clock.synced) return;
    const { latency, offsetMs, errorBoundMs } = client.clock;
    showMs(ui["rtt-ext"], latency.lastMs);
    Object.assign(ui.clock.dataset, { offset: offsetMs, bound: errorBoundMs });
    ui.clock.textContent = `${offsetMs < -0.05 ? "−" : "+"}${Math.abs(offsetMs).toFixed(1)} ± ${errorBoundMs.toFixed(1)} ms`;
  }

  async askStats() {
    const stats = this.isOpen ? await this.client.request("sys", "stats").catch(error => error.message) : "Connect first.";
    this.ui["stats-out"].textContent = typeof stats === "string" ? stats : JSON.stringify(stats, null, 2);
  }

  say(msg) {
    this.typedAt = 0;
    this.client.chat.send(msg, { room: this.room }).catch(error => this.chat.error(error));
  }

  typing() {                     // told at most every 2 s
    if (!this.room || Date.now() - (this.typedAt ?? 0) < 2000) return;
    this.typedAt = Date.now();
    this.client.chat.typing(this.room);
  }

  bind() {
    const { ui } = this, input = ui["chat-input"];
    ui.connect.onclick = () => this.isOver ? this.connect() : this.client.close();
    ui.form.onsubmit = event => { event.preventDefault(); if (this.isOpen) this.join(); else if (this.isOver) this.connect(); };
    ui.ticket.oninput = () => { ui.user.textContent = ui.ticket.value; };
    ui["chat-form"].onsubmit = event => {
      event.preventDefault();
      if (input.value.trim() && this.room) { this.say(input.value.trim()); input.value = ""; }
    };
    input.oninput = () => this.typing();
    ui.stats.ontoggle = () => { if (ui.stats.open) this.askStats(); };
    ui["stats-refresh"].onclick = () => this.askStats();
  }
}

const panes = [new Pane("a", "alice", { x: 0.35, y: 0.5 }), new Pane("b", "bob", { x: 0.65, y: 0.5 })];
if (new URLSearchParams(location.search).get("auto") !== "0") for (const pane of panes) pane.connect();
// A page that is closed takes its leave: its sessions would wait for it, and be members of their rooms as long.
addEventListener("pagehide", ({ persisted }) => { if (!persisted) for (const { client } of panes) client?.close(); });

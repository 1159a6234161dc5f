// What the package wsprism shows to others: made from src/index.ts, and compared by a test. To accept a change: `npm run surface` in docs/.

export type Ask = Pick<RequestOptions, "timeoutMs" | "signal" | "rateLimitRetries">;

export declare class Chat {
    send(msg: string, options?: {
        room?: string | undefined;
    } & Ask): Promise<void>;
    direct(to: string, msg: string, options?: {
        room?: string | undefined;
    } & Ask): Promise<void>;
    typing(room?: string): SendOutcome;
    onMessage(listener: (message: ChatMessage) => void, room?: string): Unsubscribe;
    onDirect(listener: (message: ChatMessage) => void): Unsubscribe;
    onTyping(listener: (typing: Pick<ChatMessage, "from" | "room">) => void, room?: string): Unsubscribe;
}

export interface ChatMessage {
    readonly from: string;
    readonly msg: string;
    readonly ts: number;
    readonly room?: string;
    readonly offset?: number;
}

export declare class Client {
    readonly clock: Clock;
    readonly hot: Hot;
    readonly rooms: Rooms;
    readonly presence: Presence;
    readonly chat: Chat;
    readonly party: Party;
    readonly market: Market;
    constructor(options: ClientOptions);
    get state(): State;
    get session(): Session | undefined;
    get stats(): ClientStats;
    connect({ signal }?: ConnectOptions): Promise<Session>;
    close(): void;
    on<K extends keyof ClientEvents>(event: K, listener: (event: ClientEvents[K]) => void): Unsubscribe;
    subscribe<T = Json>(filter: Filter, listener: (envelope: Envelope<T>) => void): Unsubscribe;
    send(svc: string, type: string, data?: unknown, options?: {
        room?: string | undefined;
    }): SendOutcome;
    request<T = Json | undefined>(svc: string, type: string, data?: unknown, options?: RequestOptions): Promise<T>;
}

export type ClientCode = "REQUEST_TIMEOUT" | "ABORTED" | "OFFLINE" | "BUFFER_FULL" | "FRAME_TOO_LARGE" | "SESSION_LOST" | "CLOSED";

export interface ClientEvents {
    state: StateChange;
    session: Session;
    resumed: Resumed;
    resumeFailed: ResumeFailed;
    message: Envelope;
    error: WsPrismError;
    joined: Joined;
    left: {
        readonly room: string;
    };
    expiring: {
        readonly inMs: number;
    };
    draining: {
        readonly graceMs: number;
    };
    lagging: {
        readonly dropped: number;
        readonly lane: string;
        readonly room?: string;
    };
    kicked: {
        readonly reason: string;
    };
    budget: {
        readonly lane: string;
        readonly rps: number;
        readonly burst: number;
    };
    malformed: {
        readonly what: string;
    };
}

export interface ClientOptions {
    url: string;
    tenant: string;
    ticket: TicketSource;
    reconnect?: {
        baseMs?: number | undefined;
        maxMs?: number | undefined;
        stableMs?: number | undefined;
    } | undefined;
    handshakeTimeoutMs?: number | undefined;
    requestTimeoutMs?: number | undefined;
    ping?: {
        intervalMs?: number | undefined;
        timeoutMs?: number | undefined;
    } | undefined;
    limits?: {
        requests?: number | undefined;
        bufferedBytes?: number | undefined;
        receiveBytes?: number | undefined;
        trackedKeys?: number | undefined;
        conflatedKeys?: number | undefined;
        rooms?: number | undefined;
        members?: number | undefined;
    } | undefined;
    webSocket?: OpenWebSocket | undefined;
}

export interface ClientStats {
    readonly messages: number;
    readonly malformed: number;
    readonly unknownIds: number;
    readonly pending: number;
}

export declare class Clock {
    get synced(): boolean;
    get errorBoundMs(): number;
    get offsetMs(): number;
    get latency(): {
        readonly lastMs: number;
        readonly minMs: number;
        readonly averageMs: number;
    } | undefined;
    now(): number;
}

export type ConflateOutcome = "queued" | "BUFFER_FULL" | "FRAME_TOO_LARGE" | "CLOSED";

export declare class ConflatingSender {
    get waiting(): number;
    set(payload: Uint8Array, key?: number): ConflateOutcome;
    stop(): void;
}

export interface ConnectOptions {
    signal?: AbortSignal | undefined;
}

export interface Envelope<T = Json> {
    readonly svc: string;
    readonly type: string;
    readonly room?: string;
    readonly offset?: number;
    readonly id?: string | number;
    readonly data?: T;
    readonly trace_id?: string;
}

export type ErrorCode = GatewayCode | ClientCode | (string & {});

export interface Field<T> {
    readonly size: number;
    read(view: DataView, at: number): T;
    write(view: DataView, at: number, value: T): void;
}

export interface Filter {
    svc?: string | undefined;
    type?: string | undefined;
    room?: string | undefined;
}

export type GatewayCode = "BAD_REQUEST" | "AUTH_FAILED" | "NOT_ALLOWED" | "RATE_LIMITED" | "PAYLOAD_TOO_LARGE" | "RESOURCE_EXHAUSTED" | "TOO_MANY_SESSIONS" | "UNSUPPORTED_VERSION" | "UNKNOWN_SERVICE" | "SERVICE_UNAVAILABLE" | "NOT_IN_ROOM" | "TIMEOUT" | "DRAINING" | "UPGRADE_REQUIRED" | "INTERNAL";

export interface HistoryPage {
    readonly epoch: string;
    readonly messages: readonly Envelope[];
    readonly first: number;
    readonly last: number;
    readonly more: boolean;
    readonly recovered?: boolean;
}

export interface HistoryPosition {
    epoch: string;
    offset: number;
}

export interface HistoryQuery {
    limit?: number | undefined;
    since?: HistoryPosition | undefined;
    before?: HistoryPosition | undefined;
    reverse?: boolean | undefined;
}

export declare class Hot {
    get stats(): {
        readonly received: number;
        readonly gaps: number;
        readonly stale: number;
        readonly malformed: number;
        readonly tracked: number;
    };
    send(svcId: number, opcode: number, payload: Uint8Array, options?: HotOptions): HotOutcome;
    sendAcked(svcId: number, opcode: number, payload: Uint8Array, options?: Omit<HotOptions, "seq"> & Pick<RequestOptions, "timeoutMs" | "signal">): Promise<void>;
    subscribe(filter: HotFilter, listener: (frame: HotFrame) => void): Unsubscribe;
    conflate(svcId: number, opcode: number, options?: {
        room?: string | undefined;
    }): ConflatingSender;
    channel<T>(svcId: number, opcode: number, layout: Layout<T>): HotChannel<T>;
}

export interface HotChannel<T> {
    send(value: T, options?: HotOptions): HotOutcome;
    conflate(options?: {
        room?: string | undefined;
    }): {
        set(value: T, key?: number): ConflateOutcome;
        stop(): void;
    };
    subscribe(listener: (value: T, frame: HotFrame) => void): Unsubscribe;
}

export interface HotFilter {
    svcId?: number | undefined;
    opcode?: number | undefined;
    key?: number | undefined;
}

export declare const HotFlag: {
    readonly Seq: 1;
    readonly Ack: 2;
    readonly Key: 4;
    readonly Sender: 8;
    readonly Room: 16;
    readonly Reliable: 32;
    readonly Batch: 64;
    readonly Ext: 128;
};

export interface HotFrame {
    readonly svcId: number;
    readonly opcode: number;
    readonly seq?: number | undefined;
    readonly key?: number | undefined;
    readonly sender?: number | undefined;
    readonly room?: number | undefined;
    readonly reliable?: boolean;
    readonly ack?: boolean;
    readonly payload: Uint8Array;
}

export interface HotOptions {
    key?: number | undefined;
    room?: string | undefined;
    reliable?: boolean | undefined;
    seq?: boolean | undefined;
}

export type HotOutcome = "sent" | "OFFLINE" | "BUFFER_FULL" | "FRAME_TOO_LARGE" | "NOT_IN_ROOM" | "CLOSED";

export interface JoinOptions {
    active?: boolean | undefined;
    maxHz?: number | undefined;
    since?: HistoryPosition | undefined;
}

export interface Joined {
    readonly room: string;
    readonly handle: number;
    readonly members: number;
    readonly offset?: number;
    readonly epoch?: string;
    readonly recovered?: boolean;
}

export type Json = null | boolean | number | string | Json[] | {
    [key: string]: Json;
};

export interface Layout<T> extends Field<T> {
    encode(value: T): Uint8Array;
    decode(bytes: Uint8Array): T | undefined;
}

export interface ListedRoom {
    readonly room: string;
    readonly handle: number;
    readonly members: number;
    readonly active: boolean;
}

export declare class Market {
    subscribe(keys: readonly number[], listener: (value: MarketValue) => void, options?: MarketOptions & Ask): Promise<MarketSubscription>;
    onStale(listener: (keys: readonly number[]) => void): Unsubscribe;
    onLive(listener: (keys: readonly number[]) => void): Unsubscribe;
}

export interface MarketOptions {
    maxHz?: number | undefined;
    format?: "hot" | "json" | undefined;
    svcId?: number | undefined;
}

export interface MarketSubscription {
    readonly keys: number;
    readonly empty: readonly number[];
    readonly stale: readonly number[];
    unsubscribe(): Promise<void>;
}

export interface MarketValue {
    readonly key: number;
    readonly op: number;
    readonly seq?: number | undefined;
    readonly payload?: Uint8Array;
    readonly data?: Json;
}

export interface Member {
    readonly user: string;
    readonly handles: readonly number[];
    readonly state?: Json;
}

export interface MemberPage {
    readonly count: number;
    readonly members: readonly Member[];
    readonly cursor?: string;
}

export type OpenWebSocket = (url: string, protocols: string[], receiveBytes: number) => WebSocketLike | Promise<WebSocketLike>;

export declare class Party {
    create(ask?: Ask): Promise<PartyPlace>;
    invite(user: string, ask?: Ask): Promise<void>;
    accept(party: string, ask?: Ask): Promise<PartyPlace>;
    decline(party: string, ask?: Ask): Promise<void>;
    leave(ask?: Ask): Promise<void>;
    kick(user: string, ask?: Ask): Promise<void>;
    promote(user: string, ask?: Ask): Promise<void>;
    ready(ready?: boolean, ask?: Ask): Promise<void>;
    onInvited(listener: (invitation: PartyInvitation) => void): Unsubscribe;
    onUpdate(listener: (state: PartyState) => void): Unsubscribe;
    onClosed(listener: (closed: PartyClosed) => void): Unsubscribe;
}

export interface PartyClosed {
    readonly party: string;
    readonly reason: "left" | "kicked" | "declined" | "expired" | "withdrawn" | "gone" | (string & {});
}

export interface PartyInvitation {
    readonly party: string;
    readonly from: string;
    readonly expires_at_ms: number;
}

export interface PartyPlace {
    readonly party: string;
    readonly room: string;
}

export interface PartyState {
    readonly party: string;
    readonly room: string;
    readonly version: number;
    readonly leader: string;
    readonly max_size: number;
    readonly members: readonly {
        readonly user: string;
        readonly ready?: boolean;
    }[];
    readonly invited: readonly string[];
    readonly ready_check?: {
        readonly state: "running" | "passed" | "declined" | "timed_out" | "cancelled";
        readonly ends_at_ms: number;
    };
}

export declare class Presence {
    setState(room: string, state: Json, ask?: Ask): Promise<void>;
    watch(room: string, listener: (users: ReadonlyMap<string, Member>) => void): Roster;
    onChange(listener: (change: PresenceChange) => void, room?: string): Unsubscribe;
}

export interface PresenceChange {
    readonly type: string;
    readonly room: string;
    readonly count: number;
    readonly users: readonly (Pick<Member, "user"> & Partial<Member>)[];
}

export interface Refusal {
    status: number;
    body: string;
    retryAfter?: string | undefined;
}

export interface RequestOptions {
    room?: string | undefined;
    timeoutMs?: number | undefined;
    signal?: AbortSignal | undefined;
    repeatable?: boolean | undefined;
    rateLimitRetries?: number | undefined;
}

export interface ResumeFailed {
    readonly reason: string;
    readonly rooms: readonly {
        readonly room: string;
        readonly recovered: boolean;
        readonly error?: WsPrismError;
    }[];
}

export interface Resumed {
    readonly replayed: number;
    readonly resent: number;
}

export declare class Rooms {
    get active(): string | undefined;
    get(room: string): Joined | undefined;
    byHandle(handle: number): string | undefined;
    position(room: string): HistoryPosition | undefined;
    join(room: string, options?: JoinOptions & {
        members?: boolean | undefined;
    } & Ask): Promise<Joined & {
        readonly page?: MemberPage;
    }>;
    leave(room: string, ask?: Ask): Promise<void>;
    activate(room: string, ask?: Ask): Promise<void>;
    members(room: string, page?: {
        limit?: number | undefined;
        cursor?: string | undefined;
    } & Ask): Promise<MemberPage>;
    history(room: string, query?: HistoryQuery & Ask): Promise<HistoryPage>;
    list(ask?: Ask): Promise<readonly ListedRoom[]>;
}

export declare class Roster {
    get users(): ReadonlyMap<string, Member>;
    get full(): boolean;
    stop(): void;
}

export type SendOutcome = "sent" | Extract<ClientCode, "OFFLINE" | "BUFFER_FULL" | "FRAME_TOO_LARGE" | "CLOSED">;

export interface Session {
    readonly id: string;
    readonly tenant: string;
    readonly user: string;
    readonly handle: number;
    readonly resumable: boolean;
    readonly maxFrameBytes: number;
    readonly traceId: string | undefined;
}

export type State = "idle" | "connecting" | "open" | "reconnecting" | "closed";

export interface StateChange {
    readonly state: State;
    readonly reason?: string;
    readonly code?: number;
    readonly retryInMs?: number;
    readonly error?: unknown;
}

export type TicketSource = string | (() => string | Promise<string>);

export type Unsubscribe = () => void;

export type ValueOf<L> = L extends Field<infer T> ? T : never;

export interface WebSocketLike {
    binaryType: string;
    readonly bufferedAmount: number;
    onopen: ((event: never) => void) | null;
    onmessage: ((event: {
        data: unknown;
    }) => void) | null;
    onclose: ((event: {
        code: number;
        reason: string;
    }) => void) | null;
    onerror: ((event: never) => void) | null;
    send(data: string | Uint8Array): void;
    close(code?: number, reason?: string): void;
    readonly refusal?: Refusal | null | undefined;
    terminate?(): void;
}

export declare class WsPrismError extends Error {
    readonly code: ErrorCode;
    readonly retryAfterMs: number | undefined;
    readonly traceId: string | undefined;
}

export declare const bits: <const Name extends string>(field: Field<number>, ...names: Name[]) => Field<Record<Name, boolean>>;

export declare function connect(options: ClientOptions, how?: ConnectOptions): Promise<Client>;

export declare const decodeFrame: (bytes: Uint8Array) => HotFrame | undefined;

export declare function decodeFrames(bytes: Uint8Array): HotFrame[] | undefined;

export declare const encodeFrame: (frame: HotFrame) => Uint8Array;

export declare const f32: Field<number>;

export declare const f64: Field<number>;

export declare const i16: Field<number>;

export declare const i32: Field<number>;

export declare const i8: Field<number>;

export declare const isNewer: (seq: number, than: number) => boolean;

export declare function layout<F extends Record<string, Field<any>>>(fields: F): Layout<{
    [K in keyof F]: ValueOf<F[K]>;
}>;

export declare const seq: Field<number>;

export declare const u16: Field<number>;

export declare const u32: Field<number>;

export declare const u8: Field<number>;

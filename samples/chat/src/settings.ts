import type { TicketSource } from "wsprism";

// All that you change to make this chat your own.

const address = new URLSearchParams(location.search);

export const gateway = address.get("gateway") ?? "ws://127.0.0.1:8080/v1/ws";
export const tenant = "demo";

/** Rooms of the gateway that are rooms of this chat: its rule `talk:*` gives them presence and a history. */
export const prefix = "talk:";
export const firstRooms = ["lobby", "random", "help"];

/**
 * In the demonstration a ticket is a name: alice, bob, dev, load-1 and so on. Yours come from your backend, which knows who is logged in; a function
 * is asked at each connection, so that each has a fresh one:
 *
 *     export const ticketOf = (): TicketSource => async () => (await fetch("/ticket", { method: "POST" })).text();
 */
export const ticketOf = (name: string): TicketSource => name;

/** What people see of a user. */
export const nameOf = (user: string): string => user.replace(/^user:/, "");

import { createContext, use, useEffect, useSyncExternalStore } from "react";
import type { Chat, Connection } from "./chat/chat";
import type { Room, RoomState } from "./chat/room";
import type { Store } from "./chat/store";

export const ChatContext = createContext<Chat | undefined>(undefined);

export const useStore = <T>(store: Store<T>): T => useSyncExternalStore(store.subscribe, store.get);

/** The chat of this page. */
export const useChat = (): Chat => use(ChatContext)!;

/** How the connection stands. */
export const useConnection = (): Connection => useStore(useChat().connection);

/** The rooms, and each as it stands. */
export const useRooms = (): readonly Room[] => useStore(useChat().rooms);
export const useRoom = (room: Room): RoomState => useStore(room);

/** The room that the address names; opened where it was not yet. */
export function useCurrentRoom(): Room | undefined {
  const chat = useChat();
  const rooms = useRooms();
  const name = useSyncExternalStore(onHash, () => hashName()) || rooms[0]!.name;
  useEffect(() => chat.open(name), [chat, name]);
  return rooms.find((room) => room.name === name);
}

/** Tells the chat which room is looked at, as long as the page can be seen. */
export function useLook(room: Room | undefined): void {
  const chat = useChat();
  useEffect(() => {
    const look = (): void => chat.look(document.hidden ? undefined : room);
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [chat, room]);
}

/** Whole seconds until a time of `performance.now()`. */
export const useSecondsUntil = (time: number): number => useSyncExternalStore(onTick, () => Math.max(0, Math.ceil((time - performance.now()) / 1000)));

function onHash(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}

function hashName(): string {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

function onTick(listener: () => void): () => void {
  const timer = setInterval(listener, 250);
  return () => clearInterval(timer);
}

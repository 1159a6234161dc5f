import { WsPrismError } from "./errors.js";
import type { ResumeFailed } from "./events.js";
import type { RoomBook } from "./roombook.js";

/**
 * Joins the rooms of a lost session again, each from where its history was seen. Says how that went; undefined where this session is lost as well,
 * for then the next one begins again.
 */
export async function restoreRooms(book: RoomBook, join: (room: string, data: object) => Promise<unknown>): Promise<ResumeFailed["rooms"] | undefined> {
  let lost = false;
  const rooms = book.lose().map(async ({ room, options: { active, maxHz, since } }) => {
    try {
      await join(room, { active, max_hz: maxHz, since });
      return { room, recovered: book.get(room)?.recovered === true };
    } catch (error) {
      lost ||= !(error instanceof WsPrismError) || error.code === "SESSION_LOST" || error.code === "CLOSED";
      // Refused: this client is not in it, and asks no more.
      if (!lost) book.left(room);
      return { room, recovered: false, error: error as WsPrismError };
    }
  });
  const results = await Promise.all(rooms);
  return lost ? undefined : results;
}

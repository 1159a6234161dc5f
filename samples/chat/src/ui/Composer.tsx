import { useState, type KeyboardEvent } from "react";
import type { Room } from "../chat/room";
import { useChat, useRoom } from "../hooks";
import { nameOf } from "../settings";

/** Where one writes. What is not sent yet is kept for each room, also when the page is loaded anew. */
export function Composer({ room }: { room: Room }) {
  const [draft, setDraft] = useDraft(room);
  const send = (): void => {
    if (draft.trim()) void room.say(draft.trim());
    setDraft("");
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form className="composer" action={send}>
      <Typing room={room} />
      <textarea
        aria-label={`Message to ${room.name}`}
        placeholder={`Message to ${room.name}`}
        rows={1}
        autoFocus
        value={draft}
        onKeyDown={onKeyDown}
        onChange={({ target }) => {
          setDraft(target.value);
          if (target.value) room.typing();
        }}
      />
      <button className="primary">Send</button>
    </form>
  );
}

function Typing({ room }: { room: Room }) {
  const names = useRoom(room).typing.map(nameOf);
  return (
    <p className="typing" aria-live="polite">
      {names.length > 0 && (names.length > 3 ? "Several people are typing …" : `${names.join(", ")} ${names.length === 1 ? "is" : "are"} typing …`)}
    </p>
  );
}

function useDraft(room: Room): [string, (text: string) => void] {
  const { name } = useChat();
  const key = `draft ${name} ${room.id}`;
  const [draft, setDraft] = useState(() => sessionStorage.getItem(key) ?? "");
  const keep = (text: string): void => {
    setDraft(text);
    sessionStorage.setItem(key, text);
  };
  return [draft, keep];
}

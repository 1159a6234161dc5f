import { useEffect, useState } from "react";
import { Chat } from "../chat/chat";
import { ChatContext, useConnection } from "../hooks";
import { ChatPage } from "./ChatPage";
import { Login } from "./Login";

/** Logged in as who the address names: a page that is loaded anew is the same user, and two tabs may be two. */
export function App() {
  const [chat, setChat] = useState(() => chatOf(new URLSearchParams(location.search).get("user")));
  useEffect(() => {
    if (!chat) return;
    // A page that is closed takes its leave. Otherwise its session would wait for it, and the others see somebody who has gone.
    const leave = ({ persisted }: PageTransitionEvent): void => void (persisted || chat.close());
    addEventListener("pagehide", leave);
    chat.connect();
    return () => {
      removeEventListener("pagehide", leave);
      chat.close();
    };
  }, [chat]);

  const enter = (name: string): void => {
    const address = new URL(location.href);
    if (name) address.searchParams.set("user", name);
    else address.searchParams.delete("user");
    history.replaceState(null, "", address);
    setChat(chatOf(name));
  };

  if (!chat) return <Login onEnter={enter} />;
  return (
    <ChatContext value={chat}>
      <Inside onEnter={enter} />
    </ChatContext>
  );
}

function Inside({ onEnter }: { onEnter: (name: string) => void }) {
  const connection = useConnection();
  return connection.hasEntered ? <ChatPage onLeave={() => onEnter("")} /> : <Login connection={connection} onEnter={onEnter} />;
}

const chatOf = (name: string | null): Chat | undefined => (name ? new Chat(name) : undefined);

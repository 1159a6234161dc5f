import { nameOf } from "../settings";

/** A user's letter, in a colour that is the same everywhere. */
export function Avatar({ user }: { user: string }) {
  const hue = [...user].reduce((sum, char) => (sum * 31 + char.codePointAt(0)!) % 360, 7);
  return (
    <span className="avatar" style={{ background: `oklch(0.55 0.13 ${hue})` }} aria-hidden="true">
      {[...nameOf(user)][0]?.toUpperCase()}
    </span>
  );
}

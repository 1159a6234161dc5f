const shownMs = 4_000;

/** Who types now: each until they have said it, or some time after the last sign of it. */
export class Typists {
  readonly #changed: (users: string[]) => void;
  readonly #users = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(changed: (users: string[]) => void) {
    this.#changed = changed;
  }

  types(user: string): void {
    clearTimeout(this.#users.get(user));
    this.#users.set(user, setTimeout(() => this.stops(user), shownMs));
    this.#changed([...this.#users.keys()]);
  }

  stops(user: string): void {
    clearTimeout(this.#users.get(user));
    if (this.#users.delete(user)) this.#changed([...this.#users.keys()]);
  }
}

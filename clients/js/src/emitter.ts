/** Takes a listener away again. */
export type Unsubscribe = () => void;

/** Calls a listener. What it throws is the application's: it is reported as for any event listener, and the client goes on. */
export function call<A extends unknown[]>(listener: (...args: A) => unknown, ...args: A): void {
  try {
    listener(...args);
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
}

/** Listeners by name. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(event: never) => void>>();

  on<K extends keyof Events>(name: K, listener: (event: Events[K]) => void): Unsubscribe {
    let set = this.#listeners.get(name);
    if (!set) this.#listeners.set(name, (set = new Set()));
    // A wrapper, so that a listener added twice is two, each with its own end.
    const own = (event: Events[K]): void => listener(event);
    set.add(own);
    return () => set.delete(own);
  }

  emit<K extends keyof Events>(name: K, event: Events[K]): void {
    const set = this.#listeners.get(name);
    if (set) for (const listener of [...set]) if (set.has(listener)) call(listener as (event: Events[K]) => void, event);
  }
}

/** How long anything that must come may take: far more than it needs. */
export const Patience = 30_000;

/** Things in the order in which they came; whoever takes one waits for it. */
export class Queue<T> {
  readonly #items: T[] = [];
  #wake: (() => void) | undefined;

  put(item: T): void {
    this.#items.push(item);
    this.#wake?.();
  }

  get waiting(): readonly T[] {
    return this.#items;
  }

  async take(what: string): Promise<T> {
    const end = Date.now() + Patience;
    while (this.#items.length === 0) {
      const left = end - Date.now();
      if (left <= 0) throw new Error(`${what} did not come`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    return this.#items.shift()!;
  }
}

/** Waits until something is so. */
export async function until(isSo: () => boolean, what: () => string): Promise<void> {
  const end = Date.now() + Patience;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(what());
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A list that forgets its oldest items. Adding and forgetting cost the same however long it is. */
export class BoundedList<T> {
  #items: T[] = [];
  #start = 0;

  get size(): number {
    return this.#items.length - this.#start;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Takes the oldest out. */
  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const oldest = this.#items[this.#start];
    this.#start += 1;
    if (this.#start > 1_024 && this.#start * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#start);
      this.#start = 0;
    }
    return oldest;
  }

  /** By age: 0 is the oldest. */
  at(index: number): T | undefined {
    return this.#items[this.#start + index];
  }

  clear(): void {
    this.#items = [];
    this.#start = 0;
  }
}

/** What was opened, to be closed in reverse. */
export interface Closers {
  push(name: string, close: () => Promise<void>): void;
  /** Closes everything, last opened first. One that fails does not keep the others open. */
  closeAll(): Promise<void>;
}

export function createClosers(failed: (name: string, error: unknown) => void): Closers {
  const opened: { readonly name: string; readonly close: () => Promise<void> }[] = [];
  return {
    push: (name, close) => void opened.push({ name, close }),
    closeAll: async () => {
      for (let last = opened.pop(); last !== undefined; last = opened.pop()) {
        try {
          await last.close();
        } catch (error) {
          failed(last.name, error);
        }
      }
    },
  };
}

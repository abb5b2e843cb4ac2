/** All of them under one hash tag: an operation may touch any source, and its book-keeping must be one step. */
export interface BulkKeys {
  /** Ids of operations by when they were planned. */
  readonly all: string;
  readonly running: string;
  readonly facts: string;
  readonly todo: string;
  readonly results: string;
}

export function bulkKeys(prefix: string, id: string): BulkKeys {
  const base = `${prefix}:{bulk}:`;
  return {
    all: `${base}all`,
    running: `${base}running`,
    facts: `${base}${id}`,
    todo: `${base}${id}:todo`,
    results: `${base}${id}:results`,
  };
}

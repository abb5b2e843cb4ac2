/** One thing that is wrong with (or doubtful about) the configuration, with its place. Never a value from the file. */
export interface ConfigFault {
  /** The file, or `environment <VARIABLE>`, or `setup`. */
  readonly file: string;
  /** 1, 2, 3 … where it stands in a file. */
  readonly line?: number;
  /** JSON pointer into the file; empty for the whole. */
  readonly pointer: string;
  /** A sentence without its subject: `must be a duration such as 30s`. */
  readonly message: string;
  /** What was probably meant: `did you mean "sources"?` */
  readonly hint?: string;
}

/** Where a value comes from. */
export type Origin = 'default' | 'file' | 'env' | 'secret-file' | 'setup';

/** Reports one finding; the place is worked out from the pointer. */
export type Report = (pointer: string, message: string, hint?: string) => void;

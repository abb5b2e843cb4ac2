/** What a process can be: any number of each, on one Redis. */
export const ROLES = ['ingress', 'worker', 'ops'] as const;
export type Role = (typeof ROLES)[number];

export interface StartOptions {
  readonly config: string;
  readonly roles: readonly Role[];
  /** Whether Redis and the simulator may be set up on this machine where none are configured. */
  readonly setup: boolean;
  /** Where `setup` keeps its data, and each process its spool. */
  readonly dataDir: string;
}

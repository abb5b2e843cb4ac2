import { hash } from 'node:crypto';

/** SHA-256 (hex) of a mapped body, as the timeline keeps it. */
export function bodyHash(text: string): string {
  return hash('sha256', text, 'hex');
}

import { randomBytes } from 'node:crypto';

export interface Canaries {
  /** Makes one. `body`: it stands in the body of an event, where those who may look at bodies see it. */
  plant(name: string, body?: boolean): string;
  all(): readonly string[];
  /** Those that must be nowhere at all. */
  secrets(): readonly string[];
  /** The names of those that a text holds in any spelling. `bodies`: those of bodies may be there. */
  findIn(text: string, options?: { readonly bodies?: boolean }): readonly string[];
}

/** Texts that nothing else on earth holds: where one shows up, it leaked. */
export function createCanaries(): Canaries {
  const planted: { readonly name: string; readonly value: string; readonly body: boolean }[] = [];
  return {
    plant(name, body = false) {
      const value = `canary${randomBytes(12).toString('hex')}`;
      planted.push({ name, value, body });
      return value;
    },
    all: () => planted.map(({ value }) => value),
    secrets: () => planted.filter(({ body }) => !body).map(({ value }) => value),
    findIn: (text, { bodies = false } = {}) =>
      planted
        .filter(
          ({ value, body }) => !(bodies && body) && spellings(value).some((each) => text.includes(each)),
        )
        .map(({ name }) => name),
  };
}

/** As it is, in hex, and in base64 wherever it begins within three bytes; its ends are left out, they may be mixed. */
function spellings(value: string): readonly string[] {
  const base64 = [0, 1, 2].map((offset) =>
    Buffer.from(`${'x'.repeat(offset)}${value}`)
      .toString('base64')
      .slice(4, 28),
  );
  return [value, Buffer.from(value).toString('hex'), ...base64];
}

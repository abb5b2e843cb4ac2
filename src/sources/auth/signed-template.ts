import type { Message } from './mac-keys.js';

export interface SignedTemplate {
  readonly message: (body: Buffer, timestamp: string, id: string) => Message;
  /** Which placeholders it names. */
  readonly names: ReadonlySet<string>;
  /**
   * The literal right after `{id}`, where there is one. An id that holds it could pass the line between two parts
   * over: `a.1` + `2` signs like `a` + `1.2`.
   */
  readonly idEnd: string | undefined;
}

/** Reads a template of `{body}`, `{timestamp}`, `{id}` and literals in any order; other braces are literals. */
export function compileTemplate(signed: string): SignedTemplate {
  const parts = signed.split(/(\{(?:body|timestamp|id)\})/).filter((part) => part !== '');
  const after = parts[parts.indexOf('{id}') + 1];
  return {
    message: (body, timestamp, id) =>
      parts.map((part) =>
        part === '{body}' ? body : part === '{timestamp}' ? timestamp : part === '{id}' ? id : part,
      ),
    names: new Set(parts.filter((part) => /^\{(?:body|timestamp|id)\}$/.test(part))),
    idEnd:
      parts.includes('{id}') && after !== undefined && !/^\{(?:body|timestamp|id)\}$/.test(after)
        ? after
        : undefined,
  };
}

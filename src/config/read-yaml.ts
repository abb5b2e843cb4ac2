import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { Json, JsonObject } from '../model/json.js';
import { isShowable, pathOf, pointerOf, showablePath } from './pointer.js';
import { mayBeDeeper } from './yaml-depth.js';
import { yamlSentence } from './yaml-sentence.js';

export interface YamlFault {
  readonly line?: number;
  readonly pointer: string;
  readonly message: string;
}

export type YamlText =
  | {
      readonly ok: true;
      readonly value: JsonObject;
      /** The line of the nearest ancestor that stands in the text. */
      readonly lineOf: (pointer: string) => number | undefined;
    }
  | { readonly ok: false; readonly faults: readonly YamlFault[] };

const MAX_CHARACTERS = 1_048_576;
const MAX_DEPTH = 32;
const MAX_INDENT = 200;
const MAX_ALIASES = 100;
/** Values after aliases are written out: a bomb is small in the file and large here. */
const MAX_VALUES = 100_000;
const MAX_FAULTS = 20;

/** Reads YAML 1.2 (core schema) with the line of everything. Never throws; a fault never shows what the text holds. */
export function readYaml(text: string): YamlText {
  if (text.length > MAX_CHARACTERS) return failed([{ pointer: '', message: 'is larger than 1 MiB' }]);
  const lines = new LineCounter();
  let document: Document.Parsed;
  try {
    if (mayBeDeeper(text, MAX_DEPTH, MAX_INDENT)) {
      return failed([{ pointer: '', message: 'is nested too deeply' }]);
    }
    document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      prettyErrors: false,
      lineCounter: lines,
      // Compares every key with every other; the walk does it in one pass
      uniqueKeys: false,
    });
  } catch {
    return failed([{ pointer: '', message: 'is not YAML' }]);
  }
  // What follows a syntax error mostly follows from it
  const broken = document.errors.length > 0 ? document.errors.slice(0, 1) : document.warnings;
  if (broken.length > 0) {
    return failed(
      broken.slice(0, MAX_FAULTS).map((error) => {
        const line = lines.linePos(error.pos[0]).line;
        return { line, pointer: '', message: yamlSentence(error.code, text.split('\n')[line - 1] ?? '') };
      }),
    );
  }
  if (document.contents === null) return failed([{ pointer: '', message: 'is empty' }]);
  if (!isMap(document.contents)) {
    return failed([{ line: 1, pointer: '', message: 'must be a block of settings (key: value)' }]);
  }
  const walk = new Walk(document, lines);
  const value = walk.object(document.contents, []);
  if (walk.faults.length > 0) return failed(walk.faults);
  return { ok: true, value, lineOf: (pointer) => nearestLine(walk.lines, pointer) };
}

class Walk {
  readonly faults: YamlFault[] = [];
  readonly lines = new Map<string, number>();
  private values = 0;
  private aliases = 0;
  private stopped = false;

  constructor(
    private readonly document: Document.Parsed,
    private readonly counter: LineCounter,
  ) {}

  object(node: Node, path: readonly string[]): JsonObject {
    const entries = new Map<string, Json>();
    for (const pair of isMap(node) ? node.items : []) {
      const key: unknown = isScalar(pair.key) ? pair.key.value : undefined;
      const at: unknown = pair.key;
      if (typeof key !== 'string' && typeof key !== 'number')
        this.fault(at, path, 'has a key that is not text');
      else if (key === '__proto__') this.fault(at, path, 'has a key that is not allowed');
      else if (entries.has(String(key))) {
        const name = String(key);
        this.fault(at, isShowable(name) ? [...path, name] : path, 'stands here twice');
      } else {
        const inside = [...path, String(key)];
        this.remember(at, inside);
        entries.set(String(key), this.value(pair.value, inside));
      }
    }
    return Object.fromEntries(entries);
  }

  private value(node: unknown, path: readonly string[]): Json {
    this.values += 1;
    if (this.values > MAX_VALUES) return this.stop(node, path, 'holds too many values');
    if (path.length > MAX_DEPTH) return this.stop(node, path, 'is nested too deeply');
    if (isAlias(node)) return this.aliased(node, path);
    if (isMap(node)) return this.object(node, path);
    if (isSeq(node)) {
      return node.items.map((item, i) => {
        const inside = [...path, String(i)];
        this.remember(item, inside);
        return this.value(item, inside);
      });
    }
    const value: unknown = isScalar(node) ? node.value : null;
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    this.fault(node, path, 'must be text, a number, true or false');
    return null;
  }

  private aliased(
    node: Node & { resolve(document: Document.Parsed): unknown },
    path: readonly string[],
  ): Json {
    this.aliases += 1;
    if (this.aliases > MAX_ALIASES) return this.stop(node, path, 'uses too many aliases');
    const target = node.resolve(this.document);
    if (target !== undefined) return this.value(target, path);
    this.fault(node, path, 'names an anchor that is not there');
    return null;
  }

  /** Says it once; whatever is left of a bomb is not unfolded. */
  private stop(node: unknown, path: readonly string[], message: string): null {
    if (!this.stopped) this.fault(node, path, message);
    this.stopped = true;
    this.values = MAX_VALUES;
    return null;
  }

  private remember(node: unknown, path: readonly string[]): void {
    const line = this.lineAt(node);
    if (line !== undefined) this.lines.set(pointerOf(path), line);
  }

  private fault(node: unknown, path: readonly string[], message: string): void {
    if (this.faults.length >= MAX_FAULTS) return;
    const line = this.lineAt(node);
    const fault = { pointer: pointerOf(showablePath(path)), message };
    this.faults.push(line === undefined ? fault : { line, ...fault });
  }

  private lineAt(node: unknown): number | undefined {
    const known = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node);
    const start = known ? node.range?.[0] : undefined;
    return start === undefined ? undefined : this.counter.linePos(start).line;
  }
}

function nearestLine(lines: ReadonlyMap<string, number>, pointer: string): number | undefined {
  for (let path = pathOf(pointer); path.length > 0; path = path.slice(0, -1)) {
    const line = lines.get(pointerOf(path));
    if (line !== undefined) return line;
  }
  return undefined;
}

function failed(faults: readonly YamlFault[]): YamlText {
  return { ok: false, faults };
}

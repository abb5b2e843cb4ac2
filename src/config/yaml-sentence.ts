import type { ErrorCode } from 'yaml';

/** The parser's own sentences may quote the text, which may be a secret or a wrong file. */
const SENTENCES: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: 'names an anchor that is not there',
  BAD_DQ_ESCAPE: 'has an escape in double quotes that YAML does not know',
  BAD_INDENT: 'is not indented as YAML needs it, or a bracket is not closed',
  BLOCK_AS_IMPLICIT_KEY: 'has a second "key:" on one line; quotes may be missing',
  BLOCK_IN_FLOW: 'mixes lines with dashes or keys into brackets',
  MISSING_CHAR: 'lacks a character: a closing quote, a bracket, a colon',
  MULTILINE_IMPLICIT_KEY: 'has a key without a colon',
  MULTIPLE_DOCS: 'holds a second document (---)',
  RESOURCE_EXHAUSTION: 'is nested too deeply',
  TAB_AS_INDENT: 'is indented with a tab; use spaces',
  TAG_RESOLVE_FAILED: 'has a tag (!…), which is not allowed here',
};

/** What is wrong with the YAML; `line` is looked at for the usual cause and never shown. */
export function yamlSentence(code: ErrorCode, line: string): string {
  const sentence = SENTENCES[code] ?? 'is not YAML';
  return /[{[,].*\$\{/.test(line) ? `${sentence}; inside { } and [ ] a reference needs quotes` : sentence;
}

import { CST, Lexer } from 'yaml';

const INDICATORS = new Set<string | null>(['seq-item-ind', 'explicit-key-ind', 'map-value-ind']);

/**
 * Whether the text may be nested deeper than `max`, judged by its tokens alone, without recursion. The parser
 * itself recurses, and a stack that is almost full can end the process in a way that nothing catches.
 * `maxIndent` (spaces) bounds what indentation can nest.
 */
export function mayBeDeeper(text: string, max: number, maxIndent: number): boolean {
  let brackets = 0;
  let indicators = 0;
  let atLineStart = true;
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token);
    if (type === 'newline') {
      indicators = 0;
      atLineStart = true;
      continue;
    }
    if (type === 'space' && atLineStart && token.length > maxIndent) return true;
    atLineStart = false;
    if (type === 'flow-seq-start' || type === 'flow-map-start') brackets += 1;
    else if (type === 'flow-seq-end' || type === 'flow-map-end') brackets = Math.max(0, brackets - 1);
    else if (brackets === 0 && INDICATORS.has(type)) indicators += 1;
    if (brackets > max || indicators > max) return true;
  }
  return false;
}

import type { ConfigFault, Origin, Report } from './config-fault.js';

/** Gathers faults and warnings, each with its place: the line of the file, or the variable that set the value. */
export interface FaultBook {
  readonly faults: ConfigFault[];
  readonly warnings: ConfigFault[];
  /** Keeps the first fault of a place: the others follow from it. */
  readonly report: Report;
  readonly warn: Report;
  readonly reportVariable: (variable: string, pointer: string, message: string, hint?: string) => void;
}

export function createFaultBook(place: {
  readonly file: string;
  readonly lineOf: (pointer: string) => number | undefined;
  readonly origins: ReadonlyMap<string, Origin>;
  readonly variables: ReadonlyMap<string, string>;
}): FaultBook {
  const faults: ConfigFault[] = [];
  const warnings: ConfigFault[] = [];
  const locate = (pointer: string): { readonly file: string; readonly line?: number } => {
    const variable = place.variables.get(pointer);
    if (variable !== undefined) return { file: `environment ${variable}` };
    if (place.origins.get(pointer) === 'setup') return { file: 'setup' };
    const line = place.lineOf(pointer);
    return line === undefined ? { file: place.file } : { file: place.file, line };
  };
  return {
    faults,
    warnings,
    report: (pointer, message, hint) => {
      if (pointer !== '' && faults.some((fault) => fault.pointer === pointer && follows(fault, message)))
        return;
      faults.push({ ...locate(pointer), pointer, message, ...hinted(hint) });
    },
    warn: (pointer, message, hint) => {
      warnings.push({ ...locate(pointer), pointer, message, ...hinted(hint) });
    },
    reportVariable: (variable, pointer, message, hint) => {
      faults.push({ file: `environment ${variable}`, pointer, message, ...hinted(hint) });
    },
  };
}

/** A block may lack two keys, and both are said; of one value only the first fault is. */
function follows(earlier: ConfigFault, message: string): boolean {
  return (
    !(earlier.message.startsWith('needs "') && message.startsWith('needs ')) || earlier.message === message
  );
}

function hinted(hint: string | undefined): { readonly hint?: string } {
  return hint === undefined ? {} : { hint };
}

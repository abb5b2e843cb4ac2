/** A file that the configuration names, or one sentence that says why it cannot be had. */
export type ReadFile = (path: string) => string;

const FILE = /^file:\s*(.+)$/;

/** The expression itself, or the text of the file it names (`file:maps/splunk.jsonata`). */
export function expressionText(
  written: string,
  readFile: ReadFile,
): { readonly text: string } | { readonly message: string } {
  const path = FILE.exec(written.trim())?.[1];
  if (path === undefined) return { text: written };
  return readOr(path, readFile);
}

/** The text of a file, or what to tell the operator. */
export function readOr(
  path: string,
  readFile: ReadFile,
): { readonly text: string } | { readonly message: string } {
  try {
    return { text: readFile(path) };
  } catch {
    return { message: `the file ${path} cannot be read` };
  }
}

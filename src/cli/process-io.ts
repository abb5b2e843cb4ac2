import { createInterface } from 'node:readline/promises';
import type { CliIo } from './cli-io.js';

/** This process: its streams, its environment, its terminal. */
export function processIo(): CliIo {
  // The reader of a pipe may leave early (`| head`): then there is nobody to write for
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const person = process.stdin.isTTY && process.stderr.isTTY;
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    env: process.env,
    terminal: process.stdout.isTTY,
    messagesOnTerminal: process.stderr.isTTY,
    ...(person ? { ask } : {}),
  };
}

/** On standard error: an answer that is piped on stays data. `undefined` for Ctrl-C and Ctrl-D. */
async function ask(question: string): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const gone = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
  try {
    return await Promise.race([lines.question(question), gone]);
  } finally {
    lines.close();
  }
}

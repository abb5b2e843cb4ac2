import { connect } from 'node:net';

const PATIENCE_MS = 1_000;

/**
 * Asks a server on this machine one thing, in the form a person would type it, and answers what it said. For the time
 * before there is a client: whether it is there, and whose it is. `undefined` where nobody listens or answers.
 */
export function askRedis(port: number, command: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = '';
    // QUIT makes the server end the connection, so that the end of the answer is known
    const socket = connect(port, '127.0.0.1', () => socket.write(`${command}\r\nQUIT\r\n`));
    const done = (): void => {
      socket.destroy();
      resolve(said === '' ? undefined : said);
    };
    socket.on('data', (data) => (said += data.toString()));
    socket.once('end', done);
    socket.once('error', done);
    socket.setTimeout(PATIENCE_MS, done);
  });
}

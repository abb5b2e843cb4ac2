import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * How long what a refused sender still sends is read and thrown away, in milliseconds. Closing a socket with unread
 * bytes resets the connection, and a sender that is busy writing then never sees the answer (RFC 9112, §9.6).
 */
const LINGER_MS = 1_000;

/** Throws the rest of a request away, then calls `done`, once. */
export function discardRest(request: IncomingMessage, done: () => void): void {
  const finish = (): void => {
    clearTimeout(timer);
    request.off('end', finish).off('close', finish);
    done();
  };
  const timer = setTimeout(finish, LINGER_MS);
  request.once('end', finish).once('close', finish).resume();
}

/** Gives the other side of a half-closed socket a moment to read and to close. */
export function destroySoon(socket: Duplex): void {
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}

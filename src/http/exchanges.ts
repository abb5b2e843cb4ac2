import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Problem } from '../model/problem.js';

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** What is under way on each connection, so that a fault of the connection is told once and to the right request. */
export interface Exchanges {
  begin(request: IncomingMessage, response: ServerResponse): void;
  /** The parser gave the connection up. `told`: one of its requests was being read and will tell of it. */
  refuse(socket: Duplex, problem: Problem): { readonly again: boolean; readonly told: boolean };
  /** Would bytes written now be the answer to what was refused, and to nothing before it? */
  mayAnswer(socket: Duplex): boolean;
  /** Why the parser gave the connection up, if it did. */
  refusalOf(socket: Duplex): Problem | undefined;
}

export function createExchanges(): Exchanges {
  const open = new WeakMap<Duplex, Set<Exchange>>();
  const refused = new WeakMap<Duplex, Problem>();
  const on = (socket: Duplex): Exchange[] => [...(open.get(socket) ?? [])];
  const isRead = ({ request, response }: Exchange): boolean => !request.complete && !response.headersSent;
  return {
    begin(request, response) {
      const { socket } = request;
      const exchange = { request, response };
      let exchanges = open.get(socket);
      if (exchanges === undefined) open.set(socket, (exchanges = new Set()));
      exchanges.add(exchange);
      response.once('close', () => exchanges.delete(exchange));
    },
    refuse(socket, problem) {
      const again = refused.has(socket);
      if (!again) refused.set(socket, problem);
      return { again, told: on(socket).some((each) => !each.request.complete) };
    },
    mayAnswer: (socket) => on(socket).every(isRead),
    refusalOf: (socket) => refused.get(socket),
  };
}

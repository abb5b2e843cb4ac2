import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Theme } from './layout.js';
import { readCookie } from './read-cookie.js';

const LASTS_SECONDS = 31_536_000;

/** What this browser has chosen; `undefined` = what its system prefers. */
export function themeOf(request: IncomingMessage): Theme {
  const theme = readCookie(request.headers.cookie, 'theme');
  return theme === 'light' || theme === 'dark' ? theme : undefined;
}

/** Chooses a theme, or the other one. Without a choice so far the first press asks for dark. */
export function switchTheme(request: IncomingMessage, response: ServerResponse, wanted: string | null): void {
  const theme = wanted === 'light' || (wanted !== 'dark' && themeOf(request) === 'dark') ? 'light' : 'dark';
  response.setHeader(
    'Set-Cookie',
    `theme=${theme}; Path=/; Max-Age=${LASTS_SECONDS}; SameSite=Strict; HttpOnly`,
  );
}

import type { ServerResponse } from 'node:http';
import type { Html } from './html.js';

export function sendHtml(response: ServerResponse, status: number, page: Html): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end(page.markup);
}

/** Something to keep, never to be shown in the console's own place. */
export function sendFile(
  response: ServerResponse,
  file: { readonly text: string; readonly contentType: string; readonly filename: string },
): void {
  response.setHeader('Content-Type', file.contentType);
  response.setHeader('Content-Disposition', `attachment; filename="${file.filename}"`);
  response.end(file.text);
}

/** To be fetched by GET, whatever was sent. */
export function redirect(response: ServerResponse, to: string): void {
  response.statusCode = 303;
  response.setHeader('Location', to);
  response.end();
}

/** A path of this console and nothing else: an address from outside must not lead a person away. */
export function safePath(path: string | null): string {
  return path !== null && /^\/(?![/\\])[^\s\\]*$/.test(path) ? path : '/';
}

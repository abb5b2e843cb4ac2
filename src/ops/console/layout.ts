import type { Principal } from '../admin/admin-route.js';
import { banners } from './banners.js';
import { html, type Html } from './html.js';
import { icon } from './icon.js';
import type { BridgeHealth } from './ports.js';

export type Theme = 'light' | 'dark' | undefined;

export interface Frame {
  readonly title: string;
  /** Which tab is lit. */
  readonly section: string;
  readonly body: Html;
  readonly theme: Theme;
  /** Names files by their content, so that they may be kept for ever. */
  readonly asset: (name: string) => string;
  readonly version: string;
  readonly signedIn?: {
    readonly principal: Principal;
    readonly csrfToken: string;
    readonly health: BridgeHealth;
    readonly url: string;
    /** Dead letters, where they could be counted. */
    readonly dead: number | undefined;
  };
}

const TABS = [
  ['overview', '/', 'Overview'],
  ['deliveries', '/deliveries', 'Deliveries'],
  ['dead', '/dead', 'Dead letters'],
  ['rejected', '/rejected', 'Rejected'],
  ['bulk', '/bulk', 'Bulk'],
  ['sources', '/sources', 'Sources'],
  ['komand', '/komand', 'Komand'],
  ['system', '/system', 'System'],
  ['audit', '/audit', 'Audit'],
] as const;

/** The whole document around a screen. */
export function layout(frame: Frame): Html {
  const { asset, theme, title, signedIn } = frame;
  return html`<!doctype html>
    <html lang="en" ${theme === undefined ? '' : html` data-theme="${theme}"`}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="same-origin" />
        <title>${title} · Komand Bridge</title>
        <link rel="icon" href="${asset('favicon.svg')}" type="image/svg+xml" />
        <link rel="stylesheet" href="${asset('console.css')}" />
        <script src="${asset('console.js')}" defer></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        ${signedIn === undefined ? '' : header(frame, signedIn)}
        <main id="main" tabindex="-1" ${signedIn === undefined ? html` class="alone"` : ''}>
          ${signedIn === undefined ? '' : banners(signedIn.health)} ${frame.body}
        </main>
        ${signedIn === undefined ? '' : footer(frame.version)}
      </body>
    </html> `;
}

function header({ section }: Frame, signedIn: NonNullable<Frame['signedIn']>): Html {
  const { principal, csrfToken, url, dead } = signedIn;
  return html`<header class="top">
    <div class="bar">
      <a class="brand" href="/">${mark()}<span>Komand Bridge</span></a>
      <form class="find" action="/find" method="get" role="search">
        ${icon('search')}<input
          type="search"
          name="q"
          placeholder="Find by id, job_id, delivery key or text"
          aria-label="Find by id, job_id, delivery key or text"
          autocomplete="off"
          spellcheck="false"
          data-search
        /><kbd aria-hidden="true">/</kbd>
      </form>
      <div class="who">
        <form action="/theme" method="post">
          ${hidden({ csrf: csrfToken, back: url })}<button
            class="quiet"
            title="Light or dark"
            aria-label="Switch between light and dark"
          >
            ${icon('theme')}
          </button>
        </form>
        <span class="name" title="role ${principal.role}"
          >${principal.name}<small>${principal.role}</small></span
        >
        <form action="/logout" method="post">
          ${hidden({ csrf: csrfToken })}<button class="quiet">Sign out</button>
        </form>
      </div>
    </div>
    <nav class="tabs" aria-label="Screens">
      ${TABS.map(
        ([key, href, label]) =>
          html`<a href="${href}" ${key === section ? html` aria-current="page"` : ''}
            >${label}${
              key === 'dead' && dead !== undefined && dead > 0
                ? html` <span class="count">${dead}</span>`
                : ''
            }</a
          >`,
      )}
    </nav>
  </header>`;
}

function footer(version: string): Html {
  return html`<footer>
    <span>Komand Bridge ${version}</span><span>Times are UTC</span
    ><button class="quiet" type="button" data-help hidden><kbd>?</kbd> Keys</button>
  </footer>`;
}

/** Two piers and a span. */
function mark(): Html {
  return html`<svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
    <path
      d="M2 17.5h20M5 17.5V7m14 10.5V7M2 11c2 0 3-1.600 3-4 0 6 3.500 8.500 7 8.500S19 13 19 7c0 2.400 1 4 3 4M9 15v2.500m6-2.500v2.500"
    />
  </svg>`;
}

/** Fields of a form that nobody types. */
export function hidden(fields: Readonly<Record<string, string>>): Html {
  return html`${Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )}`;
}

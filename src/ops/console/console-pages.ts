import { auditPage } from './audit-page.js';
import { bulkPages } from './bulk.js';
import { deadLettersPage } from './dead-letters.js';
import { deliveriesPage } from './deliveries.js';
import { deliveryDetailPage } from './delivery-detail.js';
import { deliveryFormPages } from './delivery-forms.js';
import { findPage } from './find.js';
import type { History } from './history.js';
import { komandPage } from './komand.js';
import { overviewPage } from './overview.js';
import type { Page } from './page.js';
import type { ConsoleSource } from './ports.js';
import { rejectedDetailPages } from './rejected-detail.js';
import { rejectedPage } from './rejected.js';
import { selectionPage } from './selection.js';
import { sourcesPages } from './sources-page.js';
import { systemPage } from './system.js';
import { tryPages } from './try-page.js';

/** Every screen of the console and every form's target. */
export function consolePages(deps: {
  readonly history: History;
  readonly sources: () => readonly ConsoleSource[];
}): readonly Page[] {
  return [
    overviewPage(deps),
    findPage(deps.sources),
    deliveriesPage(deps.sources),
    selectionPage(),
    deliveryDetailPage(),
    ...deliveryFormPages(),
    deadLettersPage(),
    ...bulkPages(),
    rejectedPage(deps.sources),
    ...rejectedDetailPages(),
    ...sourcesPages(deps),
    ...tryPages(),
    komandPage(),
    systemPage(),
    auditPage(),
  ];
}

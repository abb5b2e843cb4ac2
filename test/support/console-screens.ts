import type { NightWorld } from './night-world.js';

interface Listed {
  readonly items: readonly { readonly id: string }[];
}

/** Every screen of the console with something on it, by a name for files and failures. */
export async function consoleScreens({
  running,
}: Pick<NightWorld, 'running'>): Promise<readonly (readonly [name: string, path: string])[]> {
  const first = async (path: string): Promise<string> => {
    const [item] = ((await running.api(path)) as Listed).items;
    if (item === undefined) throw new Error(`nothing is listed at ${path}`);
    return item.id;
  };
  const [dead, delivered, rejected, stranger, planned] = await Promise.all([
    first('/api/v1/deliveries?state=dead'),
    first('/api/v1/deliveries?state=delivered'),
    first('/api/v1/rejected?cause=schema_mismatch'),
    first('/api/v1/rejected?cause=wrong_secret'),
    first('/api/v1/bulk'),
  ]);
  return [
    ['overview', '/'],
    ['deliveries', '/deliveries'],
    ['deliveries-filtered', '/deliveries?state=dead&source=edr&text=vpn&error_class=mapping'],
    ['deliveries-no-match', '/deliveries?text=nowhere-to-be-found'],
    ['delivery-dead', `/deliveries/${dead}`],
    ['delivery-delivered', `/deliveries/${delivered}`],
    ['delivery-none', '/deliveries/dlv_none'],
    ['dead', '/dead'],
    ['rejected', '/rejected'],
    ['rejected-quarantined', `/rejected/${rejected}`],
    ['rejected-stranger', `/rejected/${stranger}`],
    ['bulk', '/bulk'],
    ['bulk-one', `/bulk/${planned}`],
    ['sources', '/sources'],
    ['try', '/sources/edr/try'],
    ['komand', '/komand'],
    ['system', '/system'],
    ['audit', '/audit'],
  ];
}

import type { Config, DeliveryKeySettings, RouteSettings, SourceSettings } from '../model/settings.js';
import type { WrittenConfig, WrittenRoute, WrittenSource } from './config-schema.js';

/** From the shape of the file to the shape of the program: names move into what they name. */
export function toConfig(written: WrittenConfig): Config {
  return {
    ...written,
    targets: Object.entries(written.targets).map(([name, target]) => ({ name, ...target })),
    sources: Object.entries(written.sources).map(([name, source]) => toSource(name, source)),
  };
}

function toSource(name: string, written: WrittenSource): SourceSettings {
  const { deliveryKey, routes, keepHeaders, ...source } = written;
  return {
    name,
    ...source,
    ...(deliveryKey === undefined ? {} : { deliveryKey: toDeliveryKey(deliveryKey) }),
    keepHeaders: keepHeaders.map((header) => header.toLowerCase()),
    routes: routes.map(toRoute),
  };
}

function toRoute({ workflow, trigger, ...route }: WrittenRoute): RouteSettings {
  const endpoint = workflow === undefined ? 'trigger' : 'workflow';
  return { ...route, endpoint, endpointId: workflow ?? trigger ?? '' };
}

function toDeliveryKey(written: NonNullable<WrittenSource['deliveryKey']>): DeliveryKeySettings {
  if (written.header !== undefined) return { from: 'header', name: written.header.toLowerCase() };
  return written.body === undefined ? { from: 'hash' } : { from: 'body', paths: written.body };
}

import { block, defaulted, named, type ValueOf } from './fields.js';
import { http, log, ops, redis, retention, spool, storage } from './schema-services.js';
import { source } from './schema-sources.js';
import { target } from './schema-targets.js';

/** The whole file. */
export const configField = block('Komand Bridge', {
  redis: defaulted(redis, {}),
  http: defaulted(http, {}),
  ops: defaulted(ops, {}),
  spool: defaulted(spool, {}),
  storage: defaulted(storage, {}),
  retention: defaulted(retention, {}),
  log: defaulted(log, {}),
  targets: defaulted(named(target, 'Where events go, by name.'), {}),
  sources: defaulted(
    named(source, 'Where events come from, by name: the name is the address /hooks/<name>.'),
    {},
  ),
});

/** The file once read: defaults filled in, units converted, keys in camel case. */
export type WrittenConfig = ValueOf<typeof configField>;
export type WrittenSource = WrittenConfig['sources'][string];
export type WrittenRoute = WrittenSource['routes'][number];

import {
  block,
  choice,
  defaulted,
  derived,
  integer,
  list,
  mapping,
  optional,
  quantity,
  text,
} from './fields.js';
import { auth, deliveryKey, maxPending } from './schema-auth.js';
import { cidr } from './schema-services.js';
import { NAME_PATTERN, NAME_SAYS } from './names.js';

const endpointId = (description: string) =>
  text(description, {
    pattern: '^[^\\u0000-\\u001f\\u007f]+$',
    maxLength: 200,
    says: 'an id of at most 200 characters',
  });

export const route = block(
  'A rule: which events, where to, and as what.',
  {
    name: derived(
      text('Its name. Default: "default" for the only unnamed route of a source, else route-1, route-2 …', {
        pattern: NAME_PATTERN,
        says: NAME_SAYS,
      }),
    ),
    target: derived(text('The target. Default: the only one.')),
    workflow: optional(endpointId('The id of the workflow that is started.')),
    trigger: optional(endpointId('The id of the trigger that is called.')),
    when: optional(text('Condition (JSONata). Default: every event.', { expression: true })),
    map: optional(mapping('What is sent: raw, or JSONata. Default: the source’s, else the preset’s.')),
    on_ambiguous: derived(
      choice(
        ['reconcile', 'retry', 'park'],
        'When it is not known whether a call arrived. Default: reconcile for a workflow, retry for a trigger.',
      ),
    ),
    correlate: optional(text('The variable that carries the event id, for reconciling.', { maxLength: 100 })),
    max_attempts: defaulted(integer('Attempts until a delivery is a dead letter.', 1, 1_000), 20),
    give_up_after: defaulted(quantity('duration', 'Age at which it is one.', '1s', '365d'), '72h'),
  },
  { exactlyOne: ['workflow', 'trigger'] },
);

export const source = block('A sender.', {
  preset: defaulted(text('What ships for the product.'), 'generic'),
  auth: optional(auth),
  allow_ips: defaulted(list(cidr, 'The addresses it may send from; none: any.'), []),
  schema: optional(text('JSON Schema file, in place of the preset’s.')),
  delivery_key: optional(deliveryKey),
  dedupe_window: optional(
    quantity(
      'duration',
      'How long a second request with the same key is the same event; 0s: never.',
      '0s',
      '365d',
    ),
  ),
  split: optional(text('Path of the array whose elements are events of their own.')),
  map: optional(mapping('What is sent, for routes that do not say.')),
  on_invalid: defaulted(
    choice(
      ['reject', 'accept'],
      'A body that breaks the schema: answer 422, or 202; quarantined either way.',
    ),
    'reject',
  ),
  max_body: optional(
    quantity('size', 'Largest body taken. Default: the preset’s, else http.max_body.', '1', '256MiB'),
  ),
  rate_limit: optional(quantity('rate', 'Requests taken. Default: unlimited.', '1/h', '100000/s')),
  max_pending: optional(maxPending),
  keep_headers: defaulted(
    list(
      text('A header.', { pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", says: 'the name of a header' }),
      'Headers kept with the event besides the preset’s.',
    ),
    [],
  ),
  expected_interval: optional(
    quantity('duration', 'How often it sends at least; silence beyond that is an alert.', '1s', '365d'),
  ),
  routes: defaulted(list(route, 'Where its events go; each that applies gets the event.'), []),
});

/** Names of sources, targets and routes: they stand in addresses, ids and metrics. */
export const NAME_PATTERN = '^[a-z0-9][a-z0-9-]{0,39}$';
export const NAME_SAYS = 'a name of at most 40 lower-case letters, digits and hyphens';

// Says two things and ends at once, as a program does that cannot go on.
import { createLog } from '../../dist/ops/observe/log.js';

const log = createLog({ level: 'info', service: 'bridge', version: '1', instance: 'test' });
log('info', 'first', {});
log('error', 'last', { cause: 'no way\nforward' });
process.exit(3);

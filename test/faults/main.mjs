import { parseArgs } from 'node:util';
import { runCommand } from './run-command.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string' },
    rate: { type: 'string', default: '50' },
    scale: { type: 'string', default: '1' },
    points: { type: 'string', default: '300' },
    only: { type: 'string' },
    scenario: { type: 'string' },
    campaign: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '3' },
    resume: { type: 'string' },
    program: { type: 'string', default: new URL('../../dist/main.js', import.meta.url).pathname },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});
process.exitCode = await runCommand({
  minutes: Number(values.minutes),
  seed: Number(values.seed ?? Math.floor(Math.random() * 1_000_000)),
  rate: Number(values.rate),
  scale: Number(values.scale),
  points: Number(values.points),
  only: values.only?.split(','),
  scenario: values.scenario,
  campaign: values.campaign,
  seeds: Number(values.seeds),
  resume: values.resume,
  program: values.program,
  json: values.json,
  keep: values.keep,
  list: values.list,
});
// Sockets of a world that is gone may linger
process.exit();

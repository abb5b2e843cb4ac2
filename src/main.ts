#!/usr/bin/env node
import cluster from 'node:cluster';
import { exitCodeOf } from './cli/exit-code-of.js';
import { processIo } from './cli/process-io.js';
import { createProgram } from './cli/program.js';

const io = processIo();
try {
  await (await createProgram(io, process.argv[2])).parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(io, error);
}
// Its channel to the first process would keep one of several for ever
if (cluster.isWorker) process.exit();

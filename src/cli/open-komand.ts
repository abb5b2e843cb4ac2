import { createKomandTarget } from '../targets/komand/target.js';
import type { CliIo } from './cli-io.js';
import type { KomandDeps } from './komand-target.js';
import { mustLoad, readText, shippedPresets } from './load-in-force.js';
import { configFile } from './config-file.js';

/** The targets of the configuration, for the `komand` commands. */
export function openKomand(io: CliIo): KomandDeps {
  return {
    loadConfig: async (file) => mustLoad(io, configFile(file, io.env), shippedPresets()).inForce.config,
    createTarget: (settings, observe) => createKomandTarget(settings, { observe, readFile: readText }),
  };
}

import type { RouteSettings, SourceSettings } from '../model/settings.js';
import type { Source } from '../model/source.js';
import type { AuthDeps } from './auth/create-authenticator.js';
import { compileSource } from './compile-source.js';
import type { Preset } from './preset.js';
import type { SourceFault } from './source-fault.js';

const MAX_BODY = 1_048_576;

const ROUTE: RouteSettings = {
  name: 'default',
  target: 'nowhere',
  endpoint: 'workflow',
  endpointId: 'trial',
  onAmbiguous: 'retry',
  maxAttempts: 1,
  giveUpAfter: 1,
};

/** A source of a preset alone, which lets everybody in and goes nowhere: for trying a preset out. */
export function trialSource(preset: Preset, deps: AuthDeps): Source | readonly SourceFault[] {
  const settings: SourceSettings = {
    name: preset.name,
    preset: preset.name,
    auth: { type: 'none' },
    allowIps: [],
    onInvalid: 'reject',
    keepHeaders: [],
    routes: [ROUTE],
  };
  const http = { host: '', port: 0, maxBody: MAX_BODY, trustProxy: [], maxConnections: 1 };
  return compileSource(settings, preset, http, deps);
}

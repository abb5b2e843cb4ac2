import { stringify } from 'yaml';
import type { Preset } from '../sources/preset.js';

export interface BlockOptions {
  readonly name: string;
  readonly workflow?: string;
  readonly trigger?: string;
}

/** Stands for an id that the person has to put in: of the right shape, and of no workflow. */
const NO_WORKFLOW = '00000000-0000-0000-0000-000000000000';

/** A source of this preset as YAML, indented to stand under `sources:`. Secrets are named, never made or shown. */
export function sourceBlock(preset: Preset, { name, workflow, trigger }: BlockOptions): string {
  const variable = `${name.replaceAll('-', '_').toUpperCase()}_SECRET`;
  const route = trigger === undefined ? { workflow: workflow ?? NO_WORKFLOW } : { trigger };
  const block = {
    [name]: { preset: preset.name, auth: authBlock(preset, variable), routes: [{ name: 'all', ...route }] },
  };
  const hints = [
    `# ${preset.title}. Try it: komand-bridge try ${name} <file with a body>`,
    ...(workflow === undefined && trigger === undefined
      ? ['# Put in the id: komand-bridge komand workflows']
      : []),
  ];
  const yaml = stringify(block, { lineWidth: 110, singleQuote: true }).trimEnd();
  return `${[...hints, ...yaml.split('\n')].map((line) => `  ${line}`).join('\n')}\n`;
}

/** What the preset leaves to the operator: mostly the secrets alone. */
function authBlock({ auth }: Preset, variable: string): Readonly<Record<string, unknown>> {
  const secrets = [`\${env:${variable}}`];
  switch (auth?.type) {
    case undefined:
      return { type: 'token', in: 'header', name: 'authorization', scheme: 'Bearer', secrets };
    case 'basic':
      return { ...(auth.username === undefined ? { username: 'bridge' } : {}), secrets };
    case 'sns':
      return { topics: ['arn:aws:sns:eu-central-1:123456789012:alerts'] };
    case 'jwt':
      return {
        ...(auth.issuer === undefined ? { issuer: 'https://issuer.example.com' } : {}),
        ...(auth.audience === undefined ? { audience: 'komand-bridge' } : {}),
        ...(auth.jwksUrl === undefined && auth.jwksFile === undefined
          ? { jwks_url: 'https://issuer.example.com/.well-known/jwks.json' }
          : {}),
      };
    case 'mtls':
      return { allowed: ['client.example.com'] };
    case 'none':
      return { type: 'none' };
    default:
      return { secrets };
  }
}

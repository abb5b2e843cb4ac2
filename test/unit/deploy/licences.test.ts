import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly version?: string;
        readonly dev?: boolean;
        readonly optional?: boolean;
        readonly license?: string;
      }
    >
  >;
}

/** Licences that ask no more than to be named. */
const PERMISSIVE =
  /^(?:MIT|ISC|BSD-2-Clause|BSD-3-Clause|0BSD|Apache-2\.0|BlueOak-1\.0\.0|Unlicense|CC0-1\.0|MIT-0)$/;
/** Alternatives, of which one is enough. */
const isPermissive = (licence: string): boolean =>
  licence
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((each) => PERMISSIVE.test(each.trim()));

const root = new URL('../../../', import.meta.url);
const lock = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8')) as Lock;
const { dependencies: direct } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
};
const shipped = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true);

function licenceOf(path: string, written: string | undefined): string | undefined {
  if (written !== undefined) return written;
  const manifest = fileURLToPath(new URL(`${path}/package.json`, root));
  if (!existsSync(manifest)) return undefined;
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly license?: string }).license;
}

describe('the packages that ship', () => {
  it('have licences that ask no more than to be named', () => {
    expect(shipped.length).toBeGreaterThan(15);
    const others = shipped
      .map(([path, { license }]) => ({ path, licence: licenceOf(path, license) }))
      .filter(({ licence }) => licence === undefined || !isPermissive(licence));
    expect(others).toEqual([]);
  });

  it('are named with exact versions', () => {
    const loose = Object.entries(direct).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
    expect(loose).toEqual([]);
  });

  it('are listed with their licences, and the list is up to date (npm run licences -- --write)', () => {
    const script = fileURLToPath(new URL('deploy/setup/list-licences.mjs', root));
    const printed = spawnSync(process.execPath, [script], { encoding: 'utf8' });
    expect(printed.status, printed.stderr).toBe(0);
    expect(readFileSync(new URL('deploy/licences.md', root), 'utf8')).toBe(printed.stdout);
    expect(printed.stdout.match(/^\| .* \|$/gm)?.length).toBeGreaterThan(shipped.length);
  });

  it('are each there for a reason that stands in SECURITY.md', () => {
    const text = readFileSync(new URL('deploy/SECURITY.md', root), 'utf8');
    const explained = [...text.matchAll(/^\| `([^`]+)` +\| [^|]{20,}/gm)].map(([, name]) => name);
    expect(new Set(explained)).toEqual(new Set(Object.keys(direct)));
    expect(explained).toHaveLength(Object.keys(direct).length);
  });

  it('are all in the bill of materials that `npm run sbom` prints, with version and licence', () => {
    const printed = spawnSync('npm', ['run', '--silent', 'sbom'], {
      cwd: fileURLToPath(root),
      encoding: 'utf8',
      timeout: 60_000,
      maxBuffer: 64 << 20,
    });
    expect(printed.status, printed.stderr).toBe(0);
    const bill = JSON.parse(printed.stdout) as {
      readonly bomFormat: string;
      readonly metadata: { readonly component: { readonly name: string; readonly version: string } };
      readonly components: readonly {
        readonly purl: string;
        readonly version: string;
        readonly licenses?: readonly unknown[];
      }[];
    };
    expect(bill.bomFormat).toBe('CycloneDX');
    expect(bill.metadata.component).toMatchObject({ name: 'komand-bridge', version: '0.1.0' });
    expect(bill.components.filter(({ licenses }) => (licenses?.length ?? 0) === 0)).toEqual([]);
    const named = new Set(bill.components.map(({ purl }) => decodeURIComponent(purl)));
    const wanted = shipped.map(
      ([path, { version }]) => `pkg:npm/${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`,
    );
    expect(wanted.filter((purl) => !named.has(purl))).toEqual([]);
    expect(named.size).toBe(new Set(wanted).size);
  });
});

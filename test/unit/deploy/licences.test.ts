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
    const { dependencies } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    expect(Object.entries(dependencies).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual(
      [],
    );
  });
});

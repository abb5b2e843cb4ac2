// Prints every package that ships, with its version, its licence and which direct dependency brings it, as Markdown.
//
//   node deploy/setup/list-licences.mjs            prints
//   node deploy/setup/list-licences.mjs --write    writes deploy/licences.md; a test fails where that is out of date
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const { values } = parseArgs({ options: { write: { type: 'boolean' } } });
const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
const direct = Object.keys(packages[''].dependencies);

/** Where a name is found from a folder of the lock file, as Node does. */
function resolve(from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (folder === '') return undefined;
  }
}

function closure(name) {
  const found = new Set();
  const add = (path) => {
    if (path === undefined || found.has(path)) return;
    found.add(path);
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = packages[path];
    for (const each of Object.keys({ ...dependencies, ...optionalDependencies })) add(resolve(path, each));
    for (const each of Object.keys(peerDependencies ?? {}))
      if (peerDependenciesMeta?.[each]?.optional !== true) add(resolve(path, each));
  };
  add(resolve('', name));
  return found;
}

const brought = new Map();
for (const name of direct)
  for (const path of closure(name)) brought.set(path, [...(brought.get(path) ?? []), name]);

function licenceOf(path) {
  const written = packages[path].license;
  if (written !== undefined) return written;
  const manifest = join(ROOT, path, 'package.json');
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).license : 'not stated';
}

function bringsOf(name) {
  const all = [...brought.values()].filter((by) => by.includes(name));
  return [all.length, all.filter((by) => by.length === 1).length];
}

const rows = [...brought]
  .map(([path, by]) => ({
    name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version: packages[path].version,
    licence: licenceOf(path),
    platform: packages[path].os !== undefined || packages[path].cpu !== undefined,
    by: by.join(', '),
  }))
  .sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
const platforms = rows.filter(({ platform }) => platform).length;
const counts = new Map();
for (const { licence } of rows) counts.set(licence, (counts.get(licence) ?? 0) + 1);

const text = [
  '# Licences of the packages that ship',
  '',
  `Made by \`npm run licences -- --write\` from the lock file: ${rows.length} packages, ${platforms} of which are the same native part`,
  'built for different machines; one of each such group is installed. Packages for development are not among them.',
  '',
  ...table(
    ['licence', 'packages'],
    [...counts].sort((a, b) => b[1] - a[1]).map((each) => each.map(String)),
  ),
  '',
  'What each direct dependency needs, and what would go with it; why it is there stands in `SECURITY.md`:',
  '',
  ...table(
    ['direct dependency', 'packages', 'brought by it alone'],
    direct.map((name) => [name, ...bringsOf(name).map(String)]),
  ),
  '',
  ...table(
    ['package', 'version', 'licence', 'brought by'],
    rows.map(({ name, version, licence, by }) => [name, version, licence, by]),
  ),
  '',
].join('\n');
if (values.write === true) writeFileSync(join(ROOT, 'deploy', 'licences.md'), text);
else process.stdout.write(text);

/** Columns padded as Prettier would. */
function table(head, body) {
  const widths = head.map((title, i) => Math.max(3, title.length, ...body.map((cells) => cells[i].length)));
  const line = (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)];
}

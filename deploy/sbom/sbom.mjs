// Prints a CycloneDX 1.6 bill of materials of this tree from its lock files alone: the same tree prints the same bytes.
// Usage: node deploy/sbom/sbom.mjs [ROOT]
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

const root = resolve(process.argv[2] ?? join(import.meta.dirname, '..', '..'));
const skipped = new Set(['node_modules', 'artifacts', '.git', '.ait', 'out', 'cache', 'bin', 'obj']);

function* find(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      if (!skipped.has(entry.name)) yield* find(join(folder, entry.name));
    } else if (entry.name === 'packages.lock.json' || entry.name === 'package-lock.json') {
      yield join(folder, entry.name);
    }
  }
}

const components = new Map();

function add(purl, group, name, version, sha512, scope, users) {
  const known = components.get(purl);
  if (known && known.sha512 !== sha512) throw new Error(`${purl} has two hashes: ${known.sha512} and ${sha512}`);
  const component = known ?? { purl, group, name, version, sha512, scope, users: new Set() };
  if (scope === 'required') component.scope = scope;
  component.users.add(users);
  components.set(purl, component);
}

const hex = base64 => Buffer.from(base64, 'base64').toString('hex');

for (const file of [...find(root)].sort()) {
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const user = relative(root, file).split(sep).slice(0, -1).join('/');
  if (file.endsWith('packages.lock.json')) {
    const scope = user.startsWith('src/') ? 'required' : 'excluded'; // Only src/ is shipped.
    for (const framework of Object.values(lock.dependencies)) {
      for (const [name, entry] of Object.entries(framework)) {
        if (entry.type !== 'Project') add(`pkg:nuget/${name}@${entry.resolved}`, undefined, name, entry.resolved, hex(entry.contentHash), scope, user);
      }
    }
  } else {
    for (const [path, entry] of Object.entries(lock.packages)) {
      if (path === '' || !entry.integrity) continue;
      const full = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const [name, group] = full.split('/').reverse();
      const purl = `pkg:npm/${group ? `${encodeURIComponent(group)}/` : ''}${name}@${entry.version}`;
      const sha512 = entry.integrity.split(' ').find(one => one.startsWith('sha512-'));
      if (!sha512) throw new Error(`${file}: ${path} has no SHA-512`);
      add(purl, group, name, entry.version, hex(sha512.slice('sha512-'.length)), entry.dev || user.startsWith('tests') ? 'excluded' : 'required', user);
    }
  }
}

const version = /<Version>([^<]+)<\/Version>/.exec(readFileSync(join(root, 'Directory.Build.props'), 'utf8'))[1];
const sorted = [...components.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1));
console.log(JSON.stringify({
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: { component: { 'bom-ref': 'ait', type: 'application', name: 'AIT', version } },
  components: sorted.map(one => ({
    'bom-ref': one.purl,
    type: 'library',
    ...(one.group ? { group: one.group } : {}),
    name: one.name,
    version: one.version,
    scope: one.scope,
    hashes: [{ alg: 'SHA-512', content: one.sha512 }],
    purl: one.purl,
    properties: [...one.users].sort().map(value => ({ name: 'ait:locked-by', value })),
  })),
  dependencies: [{ ref: 'ait', dependsOn: sorted.filter(one => one.scope === 'required').map(one => one.purl) }],
}, null, 2));

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

/**
 * The folders in docs/architecture.md, from the highest to the lowest. A file may import only from its own folder and
 * from lower ones. Folders in the same line do not import each other.
 */
const LAYERS: readonly (readonly string[])[] = [
  [
    'cli/demo',
    'cli/diff',
    'cli/get',
    'cli/merge-adopt',
    'cli/preview',
    'cli/ref',
    'cli/trace',
    'cli/virtual-environment-adopt',
  ],
  ['cli/common'],
  ['picture', 'kube-client', 'simulator', 'http'],
  ['trace'],
  [
    'kinds/dynamicenv',
    'kinds/virtualservice',
    'kinds/virtualservice-merge',
    'kinds/mesh-index',
    'kinds/virtual-environment',
    'kinds/environment',
  ],
  ['virtualservice'],
  ['virtualservice/injections', 'virtualservice/merges'],
  ['virtualservice/plan'],
  ['virtualservice/routes', 'mesh'],
  ['hooks', 'api'],
  ['crd', 'refs', 'overlay'],
  ['istio'],
  ['k8s'],
];

interface Import {
  file: string;
  from: string;
  to: string;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);
const imports = files.flatMap(importsOf);

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  const targets = [...text.matchAll(/(?:from |import\()'(\.[^']+)'/g)].map(([, target = '']) =>
    normalize(join(dirname(file), target)),
  );
  return targets
    .map((target) => ({ file, from: folderOf(file), to: folderOf(target) }))
    .filter(({ from, to }) => from !== to);
}

/**
 * The longest folder of a layer that contains the file; empty for files of the program itself (`main.ts`,
 * `cli/run.ts`).
 */
function folderOf(file: string): string {
  const folders = LAYERS.flat().filter((folder) => file.startsWith(`${folder}/`));
  return folders.sort((a, b) => b.length - a.length)[0] ?? '';
}

function layerOf(folder: string): number {
  return LAYERS.findIndex((layer) => layer.includes(folder));
}

/** Files that only connect other files, and what the CLI and the service share. Here every import is allowed. */
const PROGRAM = '';

test('no file imports from a higher folder, or from another folder of its own layer', () => {
  const upward = imports.filter(
    ({ from, to }) => from !== PROGRAM && to !== PROGRAM && layerOf(to) <= layerOf(from),
  );
  expect(upward).toEqual([]);
});

test('only the CLI and the kube-client import files of the program itself', () => {
  const users = imports.filter(({ to }) => to === PROGRAM).map(({ from }) => from);
  const others = users.filter((from) => !/^(cli\/.*|kube-client|)$/.test(from));
  expect(others).toEqual([]);
});

test('the layers contain every folder, and the test found imports', () => {
  const folders = files.map(folderOf);
  expect(LAYERS.flat().filter((folder) => !folders.includes(folder))).toEqual([]);
  const unknown = files.filter((file) => folderOf(file) === PROGRAM && file.includes('/'));
  expect(unknown.sort()).toEqual(['cli/run.ts', 'kinds/kinds.ts']);
  expect(imports.length).toBeGreaterThan(500);
});

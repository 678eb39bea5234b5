import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import type { KubeObject } from '../../src/k8s/object.ts';
import { deployment, rule, service, virtualService } from '../support/objects.ts';
import { clusterPreviews } from './lib/cluster-previews.ts';
import { previewed } from './lib/in-process.ts';

jest.setTimeout(180_000);

const { folder, previewOn } = clusterPreviews();

const map = (name: string, data: object): KubeObject =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' }, data }) as never;
const secret = (name: string, part: object): KubeObject =>
  ({ ...map(name, {}), kind: 'Secret', data: undefined, ...part }) as never;

const envFrom = [
  { configMapRef: { name: 'web' } },
  { prefix: 'DB_', secretRef: { name: 'db' } },
  { configMapRef: { name: 'elsewhere' } },
];

/** A base that reads a ConfigMap, and with a prefix a Secret. */
function base(container: object = {}, annotation?: string): KubeObject {
  const one = deployment('shop/web', {
    template: {
      metadata: { labels: { app: 'web', version: 'shared' } },
      spec: { containers: [{ name: 'web', image: 'a', envFrom, ...container }] },
    },
  });
  const annotations = annotation === undefined ? {} : { 'riskified.com/variables': annotation };
  return { ...one, metadata: { ...one.metadata, annotations } };
}

const OTHERS = [
  service('shop/web'),
  rule('shop/web'),
  virtualService('shop/web'),
  map('web', { LEVEL: 'info', SAME: 'x', OWN: '1' }),
  map('other', { LEVEL: 'info' }),
  secret('db', { data: { PASSWORD: 'eA==' }, stringData: { USER: 'x' } }),
];
const ENV = {
  apiVersion: 'riskified.com/v1alpha1',
  kind: 'DynamicEnv',
  metadata: { name: 'mia' },
  spec: {
    istioMatches: [{ headers: { user: { exact: 'mia' } } }],
    vars: { LEVEL: 'debug', SAME: 'x', OWN: '2', DB_USER: 'x', PASSWORD: 'x', NEW: 'x' },
    unset: ['DB_PASSWORD'],
    scope: [{ namespace: 'shop' }],
  },
};

async function notesOf(...objects: object[]): Promise<string[]> {
  const file = join(folder, 'objects.json');
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  const { text } = await previewed('-f', file);
  return text.split('\n').filter((line) => line.includes('by envFrom'));
}

const note = (names: string, from: string, keeps: string, annotation: string) =>
  `  mia: Deployment shop/web reads ${names} by envFrom (${from}) and does not declare that, so ${keeps} there; add the annotation riskified.com/variables: "${annotation}" to it, if the configuration is to apply`;

describe('a variable that a layer sets, and that a workload has by envFrom only', () => {
  test('each is named, with where it comes from; not those with the same value, or with an entry in env', async () => {
    expect(await notesOf(base({ env: [{ name: 'OWN', value: '1' }] }), ...OTHERS, ENV)).toEqual([
      note('DB_USER, LEVEL', 'ConfigMap web, Secret db', 'they keep their values', 'DB_USER,LEVEL'),
    ]);
  });

  test('what is declared already stays in the annotation', async () => {
    expect(await notesOf(base({}, 'DB_USER,OWN'), ...OTHERS, ENV)).toEqual([
      note('LEVEL', 'ConfigMap web', 'it keeps its value', 'DB_USER,LEVEL,OWN'),
    ]);
  });

  test('nothing is said if all are declared, or without the ConfigMap, or without a configuration', async () => {
    expect(await notesOf(base({}, 'DB_USER,OWN,LEVEL'), ...OTHERS, ENV)).toEqual([]);
    expect(await notesOf(base(), ...OTHERS.slice(0, 3), ENV)).toEqual([]);
    const { scope: _scope, vars: _vars, unset: _unset, ...spec } = ENV.spec;
    const containers = [{ containerName: 'web', image: 'b' }];
    const subsets = [{ name: 'web', namespace: 'shop', containers }];
    expect(await notesOf(base(), ...OTHERS, { ...ENV, spec: { ...spec, subsets } })).toEqual([]);
  });

  test('a workload that the spec names, too', async () => {
    const { scope: _scope, ...spec } = ENV.spec;
    const subsets = [{ name: 'web', namespace: 'shop' }];
    expect(await notesOf(base(), ...OTHERS, { ...ENV, spec: { ...spec, subsets } })).toHaveLength(
      1,
    );
  });
});

describe('on a cluster', () => {
  const file = join(folder, 'env.json');
  const objects = [base(), ...OTHERS];

  test('ConfigMaps are read with the rights of the user; Secrets are not', async () => {
    writeFileSync(file, JSON.stringify(ENV));
    const { text } = await previewOn({ objects }, '-f', file);
    expect(text).toContain(
      note('LEVEL, OWN', 'ConfigMap web', 'they keep their values', 'LEVEL,OWN'),
    );
    expect(text).not.toContain('DB_USER');
  });

  test('without that right, the rest is shown, and what is not seen is told', async () => {
    writeFileSync(file, JSON.stringify(ENV));
    const { text } = await previewOn(
      { objects, isDenied: ({ resource }) => resource === 'configmaps' },
      '-f',
      file,
    );
    expect(text).toContain('whether workloads read variables by envFrom');
    expect(text).not.toContain('does not declare that');
  });
});

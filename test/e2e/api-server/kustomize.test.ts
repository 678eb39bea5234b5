import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { installCrds } from '../control-plane/crds.ts';
import { until } from '../control-plane/poll.ts';

const ROOT = new URL('../../../', import.meta.url);
const FOLDER = fileURLToPath(new URL('metacontroller', ROOT));

let plane: ControlPlane;

beforeAll(async () => {
  plane = await startControlPlane();
  await installCrds(plane, 'istio', 'metacontroller', 'others');
});

afterAll(() => plane?.stop());

test('one kubectl apply -k metacontroller installs everything', async () => {
  const { kubectl } = plane;
  await kubectl(['apply', '-k', FOLDER, '--validate=strict']);
  const path = 'jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.generation};{end}';
  const generations = () => kubectl(['get', '-k', FOLDER, '-o', path]);
  const first = await generations();
  expect(first).toContain('CompositeController/dynamicenv 1;');
  // A second apply changes nothing.
  await kubectl(['apply', '-k', FOLDER]);
  expect(await generations()).toBe(first);
  const crds = ['dynamicenvs', 'routeinjections', 'subscribers'].map(
    (plural) => `${plural}.riskified.com`,
  );
  await kubectl(['wait', '--for=condition=Established', 'crd', ...crds, '--timeout=30s']);
  const pods = ['get', 'pods', '-n', 'dynamicenv', '-o', 'name'];
  await until(90, async () => {
    const names = (await kubectl(pods)).trim().split('\n').filter(Boolean);
    return names.length === 2 ? undefined : `wanted two pods (restricted standard): ${names}`;
  });
});

test('kubectl apply -f crds/ installs each CustomResourceDefinition in that folder', async () => {
  const folder = fileURLToPath(new URL('crds', ROOT));
  const applied = await plane.kubectl(['apply', '-f', folder, '--dry-run=server']);
  expect(applied).toMatch(/^(customresourcedefinition\.\S+ \w+ \(server dry run\)\n)+$/);
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  expect(applied.match(/(?<=\/)\S+/g)).toEqual(files.map((name) => name.replace('.yaml', '')));
});

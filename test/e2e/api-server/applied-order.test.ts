import { expect, test } from '@jest/globals';
import type { Deployment, EnvVar } from '../../../src/k8s/workload.ts';
import { suiteCluster } from './lib/suite-cluster.ts';

const NAMESPACE = 'applied-order';
const LISTS = [
  ['URL', 'PORT'],
  ['NAME', 'URL', 'PORT'],
  ['NAME', 'PORT', 'URL', 'LAST'],
  ['LAST', 'URL'],
];

function deployment(names: readonly string[]): object {
  const labels = { app: 'web' };
  const env: EnvVar[] = names.map((name) => ({ name, value: 'x' }));
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: NAMESPACE },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'web', image: 'web:1', env }] },
      },
    },
  };
}

test('server-side apply stores a list in the applied order, also when the object already exists', async () => {
  const { kubectl } = await suiteCluster();
  await kubectl(['create', 'namespace', NAMESPACE]);
  const stored: unknown[] = [];
  for (const names of LISTS) {
    const input = JSON.stringify(deployment(names));
    const text = await kubectl(['apply', '--server-side', '-o', 'json', '-f', '-'], { input });
    const { spec } = JSON.parse(text) as Deployment;
    stored.push(spec.template.spec?.containers[0]?.env?.map(({ name }) => name));
  }
  expect(stored).toEqual(LISTS);
});

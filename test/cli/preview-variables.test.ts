import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import type { DynamicEnv } from '../../src/api/dynamicenv.ts';
import type { Deployment } from '../../src/k8s/workload.ts';
import { livingCluster } from './lib/living-cluster.ts';

jest.setTimeout(30_000);

const FILES = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, version: shared}}
    spec:
      containers:
        - name: web
          image: web:1
          envFrom: [{configMapRef: {name: shared-db}}]
          env: [{name: DB_URL, value: "pg://$(DB_HOST):$(DB_PORT)/app"}]
---
apiVersion: riskified.com/v1alpha1
kind: DynamicEnv
metadata: {name: blue}
spec:
  istioMatches: [{headers: {x-env: {exact: blue}}}]
  consumers:
    - {name: web, namespace: shop, containers: [{env: [{name: DB_HOST, value: blue-db}]}]}
`;

function names(objects: readonly object[]): string[] | undefined {
  const all = objects as Deployment[];
  const clone = all.find(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'web-blue',
  );
  return clone?.spec.template.spec?.containers[0]?.env?.map(({ name }) => name);
}

test('a clone has each variable before the variables that refer to it, also if the variable is added later', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'dynamicenv-')), 'web.yaml');
  writeFileSync(file, FILES);
  expect(names(await livingCluster([file]))).toEqual(['DB_HOST', 'DB_URL']);
  const later = await livingCluster([file], {
    afterwards: async (cluster) => {
      const env = cluster.get<DynamicEnv>('DynamicEnv', undefined, 'blue') as DynamicEnv;
      const own = [
        { name: 'DB_PORT', value: '5432' },
        { name: 'DB_HOST', value: 'blue-db' },
      ];
      const consumers = [{ name: 'web', namespace: 'shop', containers: [{ env: own }] }];
      await cluster.as('team').replace({ ...env, spec: { ...env.spec, consumers } });
    },
  });
  expect(names(later)).toEqual(['DB_PORT', 'DB_HOST', 'DB_URL']);
});

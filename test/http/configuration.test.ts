import { expect, test } from '@jest/globals';
import type { DynamicEnv } from '../../src/api/dynamicenv.ts';
import { testApp } from './lib/app.ts';
import { BASE, compositeBody, customizeBody, env } from './lib/bodies.ts';

const SHOP = { namespace: 'shop' };
const requirement = (more: object) => [
  { ...SHOP, selector: { matchExpressions: [{ key: 'app', ...more }] } },
];

/** Of each field of an env's configuration, some values that no API server with the present CRD stores. */
const WRONG = [
  null,
  1,
  'x',
  [],
  [null],
  [[]],
  {},
  { a: null },
  { a: {} },
  [{ namespace: null }],
  [{ ...SHOP, selector: null }],
  [{ ...SHOP, selector: [] }],
  [{ ...SHOP, selector: { matchLabels: null, matchExpressions: null } }],
  [{ ...SHOP, selector: { matchLabels: [1], matchExpressions: {} } }],
  [{ ...SHOP, selector: { matchExpressions: [null] } }],
  requirement({ operator: 'In' }),
  requirement({ operator: 'Exists', values: null }),
  [{ name: 'A', secretKeyRef: null }],
  [{ name: null, secretKeyRef: { name: 's', key: 'k' } }],
];
const FIELDS = ['scope', 'vars', 'secrets', 'unset', 'environment', 'allowPartial'];

const clone = {
  ...BASE,
  metadata: {
    name: 'backend-alice',
    namespace: 'shop',
    labels: { 'dynamic-env': 'true', 'controller-uid': 'u1' },
    annotations: {
      'riskified.com/dynamic-environment': 'alice',
      'riskified.com/deployment': 'shop/backend',
    },
  },
};

test.each(FIELDS)('each hook answers, whatever spec.%s is', async (field) => {
  const { post } = await testApp();
  const { istioMatches = [] } = env().spec;
  for (const value of WRONG) {
    for (const other of [{ vars: { A: '1' }, scope: [SHOP] }, { suspend: true }, env().spec]) {
      const spec = { istioMatches, ...other, [field]: value } as unknown as DynamicEnv['spec'];
      const parent = env({ spec });
      const { children } = compositeBody();
      const body = compositeBody({
        parent,
        children: { ...children, 'Deployment.apps/v1': { 'shop/backend-alice': clone } },
      });
      const customized = await post('/dynamicenv/customize', customizeBody(parent));
      expect([customized.statusCode, value]).toEqual([200, value]);
      const synced = await post('/dynamicenv/sync', body);
      expect([synced.statusCode, value]).toEqual([200, value]);
      const finalized = await post('/dynamicenv/finalize', { ...body, finalizing: true });
      expect([finalized.statusCode, value]).toEqual([200, value]);
    }
  }
});

test.each([
  ['a variable without a name', [{ value: 'x' }]],
  ['a value that is null', [{ name: 'A', value: null }]],
  ['a value that is a number', [{ name: 'A', value: 1 }]],
  ['a source that is null', [{ name: 'A', valueFrom: { fieldRef: null } }]],
  ['a source that is a text', [{ name: 'A', valueFrom: 'x' }]],
])('a Deployment with %s is told', async (_, variables) => {
  const { post } = await testApp();
  const { istioMatches = [] } = env().spec;
  const parent = env({ spec: { istioMatches, vars: { A: '1' }, scope: [SHOP] } });
  const containers = [{ name: 'backend', env: variables }];
  const base = {
    ...BASE,
    spec: { ...BASE.spec, template: { ...BASE.spec.template, spec: { containers } } },
  };
  const sent = compositeBody({ parent });
  const { statusCode, json } = await post('/dynamicenv/sync', {
    ...sent,
    related: { ...sent.related, 'Deployment.apps/v1': { 'shop/backend': base } },
  });
  expect(statusCode).toBe(200);
  expect(json['status']).toMatchObject({
    conditions: expect.arrayContaining([expect.objectContaining({ reason: 'Unreadable' })]),
  });
});

import { expect, test } from '@jest/globals';
import { testApp } from './lib/app.ts';
import { customizeBody, decoratorBody } from './lib/bodies.ts';

const KEYS = ['Environment.riskified.com/v1alpha1', 'DynamicEnv.riskified.com/v1alpha1'] as const;

const environment = (spec: unknown, metadata: object = {}) => ({
  apiVersion: 'riskified.com/v1alpha1',
  kind: 'Environment',
  metadata: { name: 'qa', generation: 1, ...metadata },
  spec,
});

const sent = (environments: unknown = {}, envs: unknown = {}) => ({
  [KEYS[0]]: environments,
  [KEYS[1]]: envs,
});

test('customize asks for all Environments and DynamicEnvs, whatever the spec is', async () => {
  const { post } = await testApp();
  const { json } = await post('/environment/customize', customizeBody(environment(null)));
  expect(json).toEqual({
    relatedResources: [
      { apiVersion: 'riskified.com/v1alpha1', resource: 'environments' },
      { apiVersion: 'riskified.com/v1alpha1', resource: 'dynamicenvs' },
    ],
  });
});

test.each([
  null,
  3,
  'text',
  [],
  {},
  { extends: {} },
  { extends: '__proto__' },
  { extends: 'other' },
  { vars: 'x', secrets: {}, unset: [null] },
  { vars: { __proto__: 1 }, secrets: [null, { secretKeyRef: null }], unset: {} },
])('a spec of %j gets an answer, and so does every other Environment', async (spec) => {
  const { post } = await testApp();
  const other = { other: environment(spec, { name: 'other' }), env: environment(spec) };
  for (const object of [environment(spec), environment({ extends: 'other' })]) {
    const body = decoratorBody({ object, related: sent(other, other) });
    const { statusCode, json } = await post('/environment/sync', body);
    expect([statusCode, Object.keys(json).sort()]).toEqual([200, ['attachments', 'status']]);
  }
});

test.each([[[]], [KEYS[0]], [KEYS[1]]])('is refused if only %s was sent', async (key) => {
  const { post } = await testApp();
  const related = key.length === 0 ? {} : { [`${key}`]: {} };
  const body = decoratorBody({ object: environment({}), related });
  const { statusCode, json } = await post('/environment/sync', body);
  expect(statusCode).toBe(422);
  expect(json['error']).toContain('were not sent');
});

import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { relatedToNamespace } from '../../../../src/kinds/mesh-index/customize.ts';
import { MAX_CONTENT_BYTES, meshIndex } from '../../../../src/kinds/mesh-index/sync.ts';
import { deepFreeze, objectMap, rule, service } from '../../../support/objects.ts';

const NONE = { 'Service.v1': {}, 'DestinationRule.networking.istio.io/v1': {} };

test("requests the objects for a namespace's index: all but those that were made for envs", () => {
  expect(relatedToNamespace('shop')).toEqual([
    { apiVersion: 'v1', resource: 'services', namespace: 'shop' },
    {
      apiVersion: 'networking.istio.io/v1',
      resource: 'destinationrules',
      namespace: 'shop',
      labelSelector: { matchExpressions: [{ key: 'dynamic-env', operator: 'DoesNotExist' }] },
    },
  ]);
});

test('answers one object with a fixed name, counts, and the content', () => {
  const related = objectMap([service('shop/a'), service('shop/b'), rule('shop/a')]);
  expect(meshIndex('shop', deepFreeze(related))).toEqual({
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'MeshIndex',
    metadata: { name: 'mesh-index', namespace: 'shop' },
    spec: { format: 1, services: 2, destinationRules: 1, content: expect.any(String) },
  });
});

test('the index of an empty namespace says that it is empty', () => {
  expect(meshIndex('shop', NONE)).toMatchObject({ spec: { services: 0, destinationRules: 0 } });
});

describe('is refused', () => {
  test.each(Object.keys(NONE))('if no group of %s was sent, not even an empty one', (key) => {
    const { [key]: _, ...related } = NONE as Record<string, object>;
    expect(meshIndex('shop', related as typeof NONE)).toEqual({
      reason: 'Required',
      message: expect.stringContaining('were not sent'),
    });
  });

  test('if the content is larger than the API server can store', () => {
    const noise = randomBytes(MAX_CONTENT_BYTES).toString('base64');
    const large = service('shop/a', { app: noise });
    expect(meshIndex('shop', { ...NONE, ...objectMap([large]) })).toEqual({
      reason: 'TooLarge',
      message: expect.stringMatching(
        /^the index of namespace shop would have \d+ bytes, but at most 1048576/,
      ),
    });
  });
});

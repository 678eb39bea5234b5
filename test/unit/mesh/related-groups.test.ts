import { expect, test } from '@jest/globals';
import { missingGroups } from '../../../src/mesh/related-groups.ts';

test('missing groups are listed once, sorted; an empty group counts as sent', () => {
  const rules = ['services', 'namespaces', 'services'].map((resource) => ({
    apiVersion: 'v1',
    resource,
  }));
  expect(missingGroups(rules, {})).toEqual(['Namespace.v1', 'Service.v1']);
  expect(missingGroups(rules, { 'Service.v1': {} })).toEqual(['Namespace.v1']);
});

test('an unknown resource is a programming error', () => {
  expect(() => missingGroups([{ apiVersion: 'v1', resource: 'configmaps' }], {})).toThrow(
    'configmaps: its kind is not in mesh/related-groups.ts',
  );
});

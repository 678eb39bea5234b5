import { expect, test } from '@jest/globals';
import { missingGroups } from '../../../src/mesh/related-groups.ts';

test('groups that were not sent, sorted, each once; an empty group was sent', () => {
  const rules = ['services', 'namespaces', 'services'].map((resource) => ({
    apiVersion: 'v1',
    resource,
  }));
  expect(missingGroups(rules, {})).toEqual(['Namespace.v1', 'Service.v1']);
  expect(missingGroups(rules, { 'Service.v1': {} })).toEqual(['Namespace.v1']);
});

test('a resource whose kind is not known here is a mistake of ours', () => {
  expect(() => missingGroups([{ apiVersion: 'v1', resource: 'configmaps' }], {})).toThrow(
    'configmaps: its kind is not in mesh/related-groups.ts',
  );
});

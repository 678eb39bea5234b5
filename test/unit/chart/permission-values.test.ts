import { expect, test } from '@jest/globals';
import { givenValues } from './given-values.ts';

const { problems } = await givenValues('dynamicenv');

const authors = (...list: object[]) => ({ rbac: { authors: list } });
const prefixes = (...imagePrefixes: string[]) => ({ policies: { limits: { imagePrefixes } } });

test('authors and limits are accepted', () => {
  const account = { kind: 'ServiceAccount', name: 'argocd', namespace: 'argocd' };
  expect(problems(authors({ kind: 'Group', name: 'oidc:dev' }, account))).toEqual([]);
  const limits = { workloads: 64, replicas: 3, imagePrefixes: [] };
  expect(problems({ policies: { limits, refuseForegroundDeletion: true } })).toEqual([]);
  expect(problems(prefixes('r.example.com/', 'r.example.com:5000/a:', 'r/a@'))).toEqual([]);
});

test.each([
  ['a subject without a kind', authors({ name: 'ann' }), '/rbac/authors/0 required'],
  ['a subject of another kind', authors({ kind: 'Team', name: 'a' }), '/rbac/authors/0/kind enum'],
  [
    'an account without its namespace',
    authors({ kind: 'ServiceAccount', name: 'a' }),
    '/rbac/authors/0 required',
  ],
  [
    'a group with a namespace, although groups have none',
    authors({ kind: 'Group', name: 'a', namespace: 'a' }),
    '/rbac/authors/0 not',
  ],
  [
    'more Deployments than the API allows',
    { policies: { limits: { workloads: 65 } } },
    '/policies/limits/workloads maximum',
  ],
  [
    'a limit as text',
    { policies: { limits: { replicas: '3' } } },
    '/policies/limits/replicas type',
  ],
  [
    'a prefix that other names can start with, too',
    prefixes('registry.example.com/shop'),
    '/policies/limits/imagePrefixes/0 pattern',
  ],
  ['an empty prefix', prefixes(''), '/policies/limits/imagePrefixes/0 pattern'],
  ['a policy that does not exist', { policies: { limit: {} } }, '/policies additionalProperties'],
])('refuses %s', (_name, values, problem) => {
  expect(problems(values)).toContain(problem);
});

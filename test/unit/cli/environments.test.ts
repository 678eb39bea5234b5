import { expect, test } from '@jest/globals';
import type { DynamicEnv } from '../../../src/api/dynamicenv.ts';
import type { Environment } from '../../../src/api/environment.ts';
import { usersOf, usersText } from '../../../src/cli/common/environments.ts';

const environment = (name: string, parent?: string): Environment => ({
  apiVersion: 'riskified.com/v1alpha1',
  kind: 'Environment',
  metadata: { name },
  spec: parent === undefined ? {} : { extends: parent },
});
const env = (name: string, used?: string): DynamicEnv => ({
  apiVersion: 'riskified.com/v1alpha1',
  kind: 'DynamicEnv',
  metadata: { name },
  spec: used === undefined ? {} : { environment: used },
});

const CHAIN = [environment('dev'), environment('qa', 'dev'), environment('uat', 'qa')];
const ENVS = [env('z', 'qa'), env('a', 'qa'), env('u', 'uat'), env('none')];

test.each<[string, string]>([
  ['dev', 'extended by Environment qa; and so part of DynamicEnv a, u, z'],
  ['qa', 'used by DynamicEnv a, z; extended by Environment uat; and so part of DynamicEnv u'],
  ['uat', 'used by DynamicEnv u'],
  ['gone', 'nobody uses it'],
])('who uses %s', (name, text) => {
  expect(usersText(usersOf(name, CHAIN, ENVS))).toBe(text);
});

test('a circle ends, and nobody is named twice', () => {
  const circle = [environment('a', 'b'), environment('b', 'a'), environment('c', 'c')];
  const envs = [env('x', 'a'), env('y', 'b'), env('z', 'c')];
  expect(usersOf('a', circle, envs)).toEqual({
    envs: ['x'],
    children: ['b'],
    envsOfChildren: ['y'],
  });
  expect(usersOf('c', circle, envs)).toEqual({ envs: ['z'], children: [], envsOfChildren: [] });
});

import { describe, expect, test } from '@jest/globals';
import type { Container } from '../../../../../src/k8s/workload.ts';
import {
  baseWarnings,
  competing,
  notOptedIn,
} from '../../../../../src/kinds/dynamicenv/events/opt-in.ts';
import { deployment } from '../../../../support/objects.ts';
import { ordersBase } from '../../../../support/subscribers.ts';

const LABEL = 'riskified.com/event-routing';

test.each([
  [{ [LABEL]: 'true' }, true],
  [{ [LABEL]: 'false' }, false],
  [{ [LABEL]: 'True' }, false],
  [{}, false],
])('a base with labels %j shares its messages: %s', (labels, shares) => {
  const base = ordersBase(labels);
  expect(notOptedIn(base) === undefined).toBe(shares);
  expect(competing(base) !== undefined).toBe(shares);
});

test('the words say what to do', () => {
  expect(notOptedIn(ordersBase({}))).toBe(
    'Deployment shop/orders does not share its messages, so a clone with events would take them from it; let it consume with the library, then give it the label riskified.com/event-routing: "true" (docs/messages.md), or take events out',
  );
  expect(competing(ordersBase())).toMatch(
    /^Competing: Deployment shop\/orders shares .* events: {}/,
  );
});

describe('variables of a base that shares its messages', () => {
  const declaring = (name: string, ...env: [string, string][]): Container => ({
    name,
    env: env.map(([variable, value]) => ({ name: variable, value })),
  });
  const WORKLOAD: [string, string] = ['DYNAMICENV_WORKLOAD', 'shop/orders'];
  const FEED: [string, string] = ['DYNAMICENV_FEED', 'http://feed'];
  const of = (containers: Container[]) =>
    baseWarnings(
      deployment('shop/orders', {
        template: { metadata: { labels: {} }, spec: { containers } },
      }),
    );

  test.each<[string, Container[], RegExp[]]>([
    ['both are there', [declaring('a'), declaring('b', WORKLOAD, FEED)], []],
    [
      'none is there',
      [declaring('a'), declaring('b')],
      [
        /^container a of Deployment shop\/orders declares no DYNAMICENV_WORKLOAD and no DYNAMICENV_FEED: unless envFrom .* the base handles the messages of all envs, too$/,
      ],
    ],
    ['the feed is missing', [declaring('a', WORKLOAD)], [/ declares no DYNAMICENV_FEED: /]],
    [
      'another workload',
      [declaring('a', ['DYNAMICENV_WORKLOAD', 'shop/invoices'], FEED)],
      [/has DYNAMICENV_WORKLOAD "shop\/invoices", so it asks for the envs of another workload/],
    ],
    [
      'two containers',
      [declaring('a', WORKLOAD, FEED), declaring('b', WORKLOAD)],
      [/only a handles the env's messages in a clone, and b compete/],
    ],
    ['no container', [], []],
  ])('%s', (_what, containers, expected) => {
    const found = of(containers);
    expect(found).toHaveLength(expected.length);
    expected.forEach((one, index) => {
      expect(found[index]).toMatch(one);
    });
  });
});

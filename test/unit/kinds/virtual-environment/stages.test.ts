import { describe, expect, it } from '@jest/globals';
import type { Remembered } from '../../../../src/kinds/virtual-environment/memory.ts';
import {
  nextStage,
  type StagedVersion,
  type StageInput,
} from '../../../../src/kinds/virtual-environment/stages.ts';
import { NOW, stamp } from '../../../support/objects.ts';

const SETTLE = 3;
const DRAIN = 10;

/** A version in one word: `dev`, `dev?` (not ready), `dev-` (leaving), `dev~` (ready, with pods of an earlier template). */
function versionOf(word: string): StagedVersion {
  const value = word.replace(/[?~-]$/, '');
  return {
    value,
    subset: value.replaceAll('.', '-'),
    labels: { v: value },
    isReady: !word.endsWith('?'),
    isRolledOut: !/[?~]$/.test(word),
    isLeaving: word.endsWith('-'),
  };
}

interface Given {
  versions: string;
  /** Names of the subsets in the DestinationRule. */
  subsets?: string;
  /** Subsets of the VirtualService's routes; undefined: there is none. */
  routes?: string;
  /** Subsets to which others lead. */
  others?: string;
  /** By value: seconds from now. */
  memory?: Record<string, { subset?: number; ready?: number; unused?: number }>;
  isNeeded?: boolean;
  byDefault?: string;
}

const words = (text: string | undefined) => (text ?? '').split(' ').filter((word) => word !== '');

function inputOf(given: Given): StageInput {
  const subsets = words(given.subsets).map((name) => {
    const value = name.replaceAll('-', '.');
    return [name, { value, subset: name, labels: { v: value } }] as const;
  });
  const memory = Object.entries(given.memory ?? {}).map(([value, times]): [string, Remembered] => [
    value,
    {
      subset: value.replaceAll('.', '-'),
      ...(times.subset === undefined ? {} : { subsetSince: stamp(times.subset) }),
      ...(times.ready === undefined ? {} : { readySince: stamp(times.ready) }),
      ...(times.unused === undefined ? {} : { unusedSince: stamp(times.unused) }),
    },
  ]);
  return {
    versions: words(given.versions).map(versionOf),
    isNeeded: given.isNeeded ?? words(given.versions).length > 1,
    splitter: '.',
    defaultValue: given.byDefault ?? 'dev',
    observed: {
      subsets: given.subsets === undefined ? undefined : new Map(subsets),
      routes: given.routes === undefined ? undefined : new Set(words(given.routes)),
      inUse: new Set([...words(given.routes), ...words(given.others)]),
      memory: new Map(memory),
    },
    settleSeconds: SETTLE,
    drainSeconds: DRAIN,
    now: NOW,
  };
}

/** The stage in one line: subsets, then routes (`*`: with the default), then the wait. */
function text(given: Given): string {
  const { subsets, routed, isDefaultRouted, wait } = nextStage(inputOf(given));
  const routes = routed === undefined ? 'none' : [...routed].sort().join(' ') || 'no version';
  const parts = [
    `subsets: ${subsets.map(({ subset }) => subset).join(' ') || 'none'}`,
    `routes: ${routes}${isDefaultRouted ? ' *' : ''}`,
    ...(wait === undefined ? [] : [`wait ${wait}`]),
  ];
  return parts.join('; ');
}

const OLD = { subset: -60, ready: -60 };
const BOTH = { dev: OLD, 'dev.a': OLD };

describe('the next stage', () => {
  it.each<[string, Given, string]>([
    ['nothing is needed', { versions: 'dev', isNeeded: false }, 'subsets: none; routes: none'],
    ['versions are seen', { versions: 'dev dev.a' }, 'subsets: dev dev-a; routes: none'],
    [
      'subsets are seen',
      { versions: 'dev dev.a', subsets: 'dev dev-a' },
      'subsets: dev dev-a; routes: none; wait 4',
    ],
    [
      'the subsets are not settled',
      {
        versions: 'dev dev.a',
        subsets: 'dev dev-a',
        memory: { dev: { subset: -2, ready: -9 }, 'dev.a': { subset: -2, ready: -9 } },
      },
      'subsets: dev dev-a; routes: none; wait 2',
    ],
    [
      'one version is not settled',
      {
        versions: 'dev dev.a',
        subsets: 'dev dev-a',
        memory: { dev: OLD, 'dev.a': { subset: -60, ready: -1 } },
      },
      'subsets: dev dev-a; routes: dev *; wait 3',
    ],
    [
      'all are settled',
      { versions: 'dev dev.a', subsets: 'dev dev-a', memory: BOTH },
      'subsets: dev dev-a; routes: dev dev.a *',
    ],
    [
      'a third version comes',
      { versions: 'dev dev.a dev.b', subsets: 'dev dev-a', routes: 'dev dev-a', memory: BOTH },
      'subsets: dev dev-a dev-b; routes: dev dev.a *',
    ],
    [
      'a third version is not ready',
      {
        versions: 'dev dev.a dev.b?',
        subsets: 'dev dev-a dev-b',
        routes: 'dev dev-a',
        memory: { ...BOTH, 'dev.b': { subset: -60 } },
      },
      'subsets: dev dev-a dev-b; routes: dev dev.a *',
    ],
    [
      'a third version has pods of an earlier template only',
      {
        versions: 'dev dev.a dev.b~',
        subsets: 'dev dev-a dev-b',
        routes: 'dev dev-a',
        memory: { ...BOTH, 'dev.b': { subset: -60 } },
      },
      'subsets: dev dev-a dev-b; routes: dev dev.a *',
    ],
    [
      'a version with routes rolls out',
      { versions: 'dev dev.a~', subsets: 'dev dev-a', routes: 'dev dev-a', memory: BOTH },
      'subsets: dev dev-a; routes: dev dev.a *',
    ],
    [
      'the memory is lost',
      { versions: 'dev dev.a', subsets: 'dev dev-a', routes: 'dev dev-a' },
      'subsets: dev dev-a; routes: dev dev.a *',
    ],
    [
      'the DestinationRule is lost',
      { versions: 'dev dev.a', routes: 'dev dev-a' },
      'subsets: dev dev-a; routes: dev dev.a *',
    ],
    [
      'a subset was lost, and its routes were lost when it came back',
      {
        versions: 'dev dev.a',
        subsets: 'dev dev-a',
        routes: 'dev',
        memory: { dev: OLD, 'dev.a': { subset: -1, ready: -60 } },
      },
      'subsets: dev dev-a; routes: dev *; wait 3',
    ],
    [
      'the VirtualService is lost',
      { versions: 'dev dev.a', subsets: 'dev dev-a', memory: BOTH },
      'subsets: dev dev-a; routes: dev dev.a *',
    ],
  ])('comes: %s', (_, given, expected) => {
    expect(text(given)).toBe(expected);
  });

  const THREE = { dev: OLD, 'dev.a': OLD, 'dev.a.b': OLD };
  const ROUTED = { subsets: 'dev dev-a dev-a-b', routes: 'dev dev-a dev-a-b', memory: THREE };
  it.each<[string, Given, string]>([
    [
      'its requests go to the next version above',
      { ...ROUTED, versions: 'dev dev.a dev.a.b?' },
      'routes: dev dev.a *',
    ],
    ['it leaves by itself', { ...ROUTED, versions: 'dev dev.a dev.a.b-' }, 'routes: dev dev.a *'],
    [
      'the version above is not ready either: to the default',
      { ...ROUTED, versions: 'dev dev.a? dev.a.b?' },
      'routes: dev *',
    ],
    [
      'nothing is ready: all stay',
      { ...ROUTED, versions: 'dev? dev.a? dev.a.b?' },
      'routes: dev dev.a dev.a.b *',
    ],
    [
      'it leaves, and nothing else is ready: it stays',
      { ...ROUTED, versions: 'dev? dev.a? dev.a.b-' },
      'routes: dev dev.a dev.a.b *',
    ],
    [
      'the default version is not ready: it stays',
      { ...ROUTED, versions: 'dev? dev.a dev.a.b' },
      'routes: dev dev.a dev.a.b *',
    ],
    [
      'the default version leaves: to all pods',
      { ...ROUTED, versions: 'dev- dev.a dev.a.b' },
      'routes: dev.a dev.a.b',
    ],
    [
      'there is no default version: it stays',
      { ...ROUTED, versions: 'dev? dev.a dev.a.b', byDefault: 'other' },
      'routes: dev dev.a dev.a.b',
    ],
    [
      'there is no default version, and it leaves: to all pods',
      { ...ROUTED, versions: 'dev- dev.a dev.a.b', byDefault: 'other' },
      'routes: dev.a dev.a.b',
    ],
  ])('without a ready pod, %s', (_, given, routes) => {
    expect(text(given)).toBe(`subsets: dev dev-a dev-a-b; ${routes}`);
  });

  it.each<[string, Given, string]>([
    [
      'its workload is gone: routes at once',
      {
        versions: 'dev dev.b',
        subsets: 'dev dev-a dev-b',
        routes: 'dev dev-a dev-b',
        memory: { ...BOTH, 'dev.b': OLD },
      },
      'subsets: dev dev-a dev-b; routes: dev dev.b *',
    ],
    [
      'its routes are gone',
      {
        versions: 'dev dev.b',
        subsets: 'dev dev-a dev-b',
        routes: 'dev dev-b',
        memory: { ...BOTH, 'dev.b': OLD },
      },
      'subsets: dev dev-a dev-b; routes: dev dev.b *; wait 11',
    ],
    [
      'somebody else leads there',
      {
        versions: 'dev dev.b',
        subsets: 'dev dev-a dev-b',
        routes: 'dev dev-b',
        others: 'dev-a',
        memory: { ...BOTH, 'dev.a': { unused: -60 } },
      },
      'subsets: dev dev-a dev-b; routes: dev dev.b *',
    ],
    [
      'it has drained',
      {
        versions: 'dev dev.b',
        subsets: 'dev dev-a dev-b',
        routes: 'dev dev-b',
        memory: { dev: OLD, 'dev.b': OLD, 'dev.a': { unused: -11 } },
      },
      'subsets: dev dev-b; routes: dev dev.b *',
    ],
    [
      'it has not quite drained',
      {
        versions: 'dev dev.b',
        subsets: 'dev dev-a dev-b',
        routes: 'dev dev-b',
        memory: { dev: OLD, 'dev.b': OLD, 'dev.a': { unused: -10 } },
      },
      'subsets: dev dev-a dev-b; routes: dev dev.b *; wait 1',
    ],
    [
      'only the default version is left: the routes stay for the drain time',
      {
        versions: 'dev',
        isNeeded: false,
        subsets: 'dev dev-a',
        routes: 'dev',
        memory: { dev: OLD, 'dev.a': { unused: -5 } },
      },
      'subsets: dev dev-a; routes: dev *; wait 6',
    ],
    [
      'then the VirtualService goes',
      { versions: 'dev', isNeeded: false, subsets: 'dev', routes: 'dev', memory: { dev: OLD } },
      'subsets: dev; routes: none',
    ],
    [
      'then the last subset drains',
      { versions: 'dev', isNeeded: false, subsets: 'dev', memory: { dev: OLD } },
      'subsets: dev; routes: none; wait 11',
    ],
    [
      'then the DestinationRule goes',
      {
        versions: 'dev',
        isNeeded: false,
        subsets: 'dev',
        memory: { dev: { ...OLD, unused: -11 } },
      },
      'subsets: none; routes: none',
    ],
    [
      'nothing is wanted any more',
      { versions: '', subsets: 'dev dev-a', routes: 'dev dev-a', memory: BOTH },
      'subsets: dev dev-a; routes: none',
    ],
  ])('goes: %s', (_, given, expected) => {
    expect(text(given)).toBe(expected);
  });
});

it('remembers since when, and forgets what is not so any more', () => {
  const { memory } = nextStage(
    inputOf({
      versions: 'dev dev.a? dev.b',
      subsets: 'dev dev-a dev-c',
      routes: 'dev dev-a',
      memory: { dev: { ...OLD, unused: -5 }, 'dev.a': OLD, 'dev.c': OLD },
    }),
  );
  expect(Object.fromEntries(memory)).toEqual({
    dev: { subset: 'dev', subsetSince: stamp(-60), readySince: stamp(-60) },
    'dev.a': { subset: 'dev-a', subsetSince: stamp(-60) },
    'dev.b': { subset: 'dev-b', readySince: stamp(0) },
    'dev.c': { subset: 'dev-c', subsetSince: stamp(-60), unusedSince: stamp(0) },
  });
});

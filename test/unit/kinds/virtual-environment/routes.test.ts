import { describe, expect, it } from '@jest/globals';
import { needsObjects } from '../../../../src/kinds/virtual-environment/needs-objects.ts';
import { wantedRoutes } from '../../../../src/kinds/virtual-environment/routes.ts';
import { routesInput, summary } from '../../../support/virtual-environment.ts';

interface Row {
  name: string;
  /** Versions of the Service. */
  versions: string[];
  defaultSubset?: string;
  ports?: number[];
  splitter?: string;
  routes: string[];
  /** false: no VirtualService and no DestinationRule. */
  isNeeded: boolean;
}

/**
 * The cases of the operator of the same name. `changed` says what differs from its routes; ADR 30 has the reasons. In
 * all of them one route serves a version and its descendants, where the operator has one for each value in the namespace.
 */
const GOLDENS: (Row & { changed: string })[] = [
  {
    name: 'two levels',
    versions: ['dev', 'dev.proj1'],
    defaultSubset: 'dev',
    routes: ['8080 dev.proj1→dev-proj1', '8080 dev→dev', '8080 *→dev'],
    isNeeded: true,
    changed: 'dev.proj1.feature1 has no route of its own; dev has one',
  },
  {
    name: 'another branch of the second level',
    versions: ['dev', 'dev.proj2'],
    defaultSubset: 'dev',
    routes: ['8080 dev.proj2→dev-proj2', '8080 dev→dev', '8080 *→dev'],
    isNeeded: true,
    changed: 'dev has a route',
  },
  {
    name: 'three levels',
    versions: ['dev', 'dev.proj1', 'dev.proj1.feature1'],
    defaultSubset: 'dev',
    routes: [
      '8080 dev.proj1.feature1→dev-proj1-feature1',
      '8080 dev.proj1→dev-proj1',
      '8080 dev→dev',
      '8080 *→dev',
    ],
    isNeeded: true,
    changed: 'dev has a route',
  },
  {
    name: 'only the default version',
    versions: ['dev'],
    defaultSubset: 'dev',
    routes: ['8080 dev→dev', '8080 *→dev'],
    isNeeded: false,
    changed: 'dev has a route, which is not written either',
  },
  {
    name: 'one version and no default',
    versions: ['dev'],
    routes: ['8080 dev→dev', '8080 *→all'],
    isNeeded: true,
    changed: 'nothing but the descendants',
  },
  {
    name: 'a level without a version in between',
    versions: ['dev', 'dev.a.b'],
    defaultSubset: 'dev',
    routes: ['8080 dev.a.b→dev-a-b', '8080 dev→dev', '8080 *→dev'],
    isNeeded: true,
    changed: 'dev has a route',
  },
  {
    name: 'another splitter',
    versions: ['dev', 'dev-p1'],
    defaultSubset: 'dev',
    splitter: '-',
    routes: ['8080 dev-p1→dev-p1', '8080 dev→dev', '8080 *→dev'],
    isNeeded: true,
    changed: 'dev-p1-u1 has no route of its own; dev has one',
  },
  {
    name: 'the default is not the first level',
    versions: ['dev', 'dev.p1'],
    defaultSubset: 'dev.p1',
    routes: ['8080 dev.p1→dev-p1', '8080 dev→dev', '8080 *→dev-p1'],
    isNeeded: true,
    changed: 'dev.p1 has a route: without it the prefix of dev would take its requests',
  },
  {
    name: 'a text that begins like another version',
    versions: ['dev', 'dev.proj-ab'],
    defaultSubset: 'dev',
    routes: ['8080 dev.proj-ab→dev-proj-ab', '8080 dev→dev', '8080 *→dev'],
    isNeeded: true,
    changed: 'dev has a route',
  },
  {
    name: 'two ports, one version',
    versions: ['dev'],
    defaultSubset: 'dev',
    ports: [80, 81],
    routes: ['80 dev→dev', '80 *→dev', '81 dev→dev', '81 *→dev'],
    isNeeded: true,
    changed: 'dev has a route on each port',
  },
  {
    name: 'no HTTP port',
    versions: ['dev'],
    defaultSubset: 'dev',
    ports: [],
    routes: [],
    isNeeded: false,
    changed: 'nothing',
  },
  {
    name: 'no pod has the default version',
    versions: ['dev.p1', 'dev.p2'],
    defaultSubset: 'dev',
    routes: ['8080 dev.p1→dev-p1', '8080 dev.p2→dev-p2', '8080 *→all'],
    isNeeded: true,
    changed: 'all pods are the default, instead of a subset that does not exist (503)',
  },
  {
    name: 'names of subsets that would be the same',
    versions: ['dev', 'dev.p-1', 'dev.p.1'],
    defaultSubset: 'dev',
    routes: ['8080 dev.p-1→dev-p-1', '8080 dev.p.1→dev-p-1-9f93a190', '8080 dev→dev', '8080 *→dev'],
    isNeeded: true,
    changed: 'the second version has a subset of its own',
  },
];

describe('the routes of a Service', () => {
  it('are none without an HTTP port, at gateways either', () => {
    const input = routesInput({ versions: ['dev'], ports: [], options: { gateways: ['gw'] } });
    const { http } = wantedRoutes(input);
    expect(http).toEqual([]);
    expect(needsObjects(http, input)).toBe(false);
  });

  it.each([
    ['a gateway', { options: { gateways: ['gw'] } }],
    ['a host', { options: { hosts: ['demo.com'] } }],
    ['a rule', { options: { rule: { timeout: '3s' } } }],
    ['injected headers', { callers: ['dev'] }],
  ])('are needed for one destination with %s', (_, more) => {
    const input = routesInput({ versions: ['dev'], defaultSubset: 'dev', ...more });
    expect(needsObjects(wantedRoutes(input).http, input)).toBe(true);
  });

  it.each(GOLDENS)(
    '$name (what differs: $changed)',
    ({ versions, defaultSubset, ports, splitter, routes, isNeeded }) => {
      const input = routesInput({ versions, defaultSubset, ports, splitter });
      const { http, problems } = wantedRoutes(input);
      expect(summary(http)).toEqual(routes);
      expect(problems).toEqual([]);
      expect(needsObjects(http, input)).toBe(isNeeded);
    },
  );
});

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { VirtualServiceMerge } from '../../src/api/virtualservicemerge.ts';
import { routesCommand } from '../../src/cli/merge-adopt/commands.ts';
import { operatorRoutes } from '../../src/cli/merge-adopt/operator-routes.ts';
import type { VirtualService } from '../../src/istio/types.ts';
import { applyJsonPatch } from '../../src/simulator/api-server/json-patch.ts';
import { operatorMerges } from '../support/merge-operator.ts';

const NO_ACCESS = { kubeconfig: undefined, context: undefined };

const destinations = (...hosts: string[]) =>
  fc.constantFrom(...hosts).map((host) => [{ destination: { host } }]);

const http = (names: string[], ...hosts: string[]) =>
  fc.array(
    fc.record(
      {
        name: fc.constantFrom(...names),
        route: destinations(...hosts),
        timeout: fc.constant('1s'),
      },
      { requiredKeys: ['route'] },
    ),
    { maxLength: 4 },
  );

const ports = (numbers: number[], ...hosts: string[]) =>
  fc.array(
    fc.record(
      {
        match: fc.constantFrom(...numbers).map((port) => [{ port }]),
        route: destinations(...hosts),
      },
      { requiredKeys: ['route'] },
    ),
    { maxLength: 3 },
  );

const merge = (name: string) =>
  fc
    .record({
      http: http(['x', 'r-10', 'y-2', "it's", '7'], 'one', 'two', "o'x"),
      tcp: ports([1, 2], 'one', 'two'),
      tls: ports([1, 2], 'one', 'two'),
    })
    .map(
      (patch): VirtualServiceMerge => ({
        apiVersion: 'istiomerger.monime.sl/v1alpha1',
        kind: 'VirtualServiceMerge',
        metadata: { name, namespace: 'shop' },
        spec: { target: { name: 'shop' }, patch },
      }),
    );

const virtualService = (names: string[], numbers: number[]) =>
  fc
    .record({
      http: http(names, 'own'),
      tcp: ports(numbers, 'own'),
      tls: ports(numbers, 'own'),
    })
    .map(
      (spec): VirtualService => ({
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name: 'shop', namespace: 'shop' },
        spec: { hosts: ['shop'], ...spec },
      }),
    );

/** The VirtualService after the printed command. */
function cleaned(target: VirtualService, merges: readonly VirtualServiceMerge[]): VirtualService {
  const routes = operatorRoutes(target, merges).filter(({ doubt }) => doubt === undefined);
  const command = routesCommand(target, routes, NO_ACCESS);
  if (command === undefined) return target;
  const [, patch = ''] = /'--patch=(.*)'$/s.exec(command) ?? [];
  return applyJsonPatch(target, JSON.parse(patch.replaceAll("'\\''", "'")));
}

/** All routes but the order of those of http, which the operator sorts. */
function routesOf({ spec: { http: list = [], tcp = [], tls = [] } }: VirtualService) {
  return { http: list.map((route) => JSON.stringify(route)).sort(), tcp, tls };
}

test('all routes that the operator has merged leave, and the own ones stay', () => {
  fc.assert(
    fc.property(
      virtualService(['stable', 'own-3', 'b'], [8, 9]),
      fc.tuple(merge('a'), merge('m')),
      fc.nat(3),
      (own, merges, again) => {
        const each = [...merges, ...merges.slice(0, again)];
        const target = each.reduce(operatorMerges, own);
        expect(routesOf(cleaned(target, merges))).toEqual(routesOf(own));
      },
    ),
  );
});

test('routes with other content never leave, whatever their names and ports are', () => {
  fc.assert(
    fc.property(
      virtualService(['x', 'r-10', 'a-0', 'a-1', 'm-0', '7'], [1, 2, 8]),
      fc.tuple(merge('a'), merge('m')),
      (own, merges) => {
        expect(cleaned(own, merges)).toEqual(own);
      },
    ),
  );
});

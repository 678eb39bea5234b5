import { BASE_CLUSTERS } from './clusters-base.ts';
import { MESH_CLUSTERS } from './clusters-mesh.ts';
import { OWN_CLUSTERS } from './clusters-own.ts';
import { ROUTE_CLUSTERS } from './clusters-routes.ts';
import { SELECTION_CLUSTERS } from './clusters-selection.ts';
import { body, children, RULE } from './env-parts.ts';
import { SPECS } from './env-specs.ts';
import { CONFIGURATION_SPECS } from './env-specs-configuration.ts';
import { SELECTION_SPECS } from './env-specs-selection.ts';
import type { Family } from './families.ts';
import { INDEXED } from './index-families.ts';
import { byName } from './parts.ts';

const CUSTOMIZE = '/dynamicenv/customize';
const SYNC = '/dynamicenv/sync';
const FINALIZE = '/dynamicenv/finalize';

const CLUSTERS = {
  ...MESH_CLUSTERS,
  ...BASE_CLUSTERS,
  ...ROUTE_CLUSTERS,
  ...OWN_CLUSTERS,
  ...SELECTION_CLUSTERS,
};

export const ENVS_FAMILIES: readonly Family[] = [
  ...Object.entries(CLUSTERS).flatMap(([name, { most, of }]): Family[] => [
    { name: `env sync: ${name}`, url: SYNC, most, body: (n) => body(of(n)) },
    {
      name: `env finalize: ${name}`,
      url: FINALIZE,
      most,
      body: (n) => body({ children: children(3), ...of(n) }, true),
    },
  ]),
  ...Object.entries({ ...SPECS, ...SELECTION_SPECS, ...CONFIGURATION_SPECS }).flatMap(
    ([name, { most, of }]): Family[] => [
      {
        name: `env customize: ${name}`,
        url: CUSTOMIZE,
        most,
        body: (n) => ({ controller: {}, parent: of(n) }),
      },
      {
        name: `env sync: spec of ${name}`,
        url: SYNC,
        most,
        body: (n) => body({ env: of(n), children: children(2) }),
      },
      {
        name: `env finalize: spec of ${name}`,
        url: FINALIZE,
        most,
        body: (n) => body({ env: of(n), children: children(2) }, true),
      },
    ],
  ),
  ...Object.entries(INDEXED).map(
    ([name, { most, of }]): Family => ({
      name: `mesh-index sync: ${name}`,
      url: '/mesh-index/sync',
      most,
      body: (n) => {
        const { services, rules } = of(n);
        return {
          controller: {},
          object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
          attachments: {},
          related: { 'Service.v1': byName(services as never[]), [RULE]: byName(rules as never[]) },
          finalizing: false,
        };
      },
    }),
  ),
];

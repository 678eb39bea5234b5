import { rule, service } from './env-parts.ts';
import type { Growing } from './growing.ts';
import { map, nested, times } from './parts.ts';

/** Namespaces with a MeshIndex, whose Services or DestinationRules grow. */
export const INDEXED: Growing<{ services: object[]; rules: object[] }> = {
  services: { most: 40_000, of: (n) => ({ services: times(n, (at) => service(at)), rules: [] }) },
  'labels of a service': {
    most: 40_000,
    of: (n) => ({
      services: [
        service(0, {
          selector: map(
            n,
            (at) => `l${at}`,
            () => 'a',
          ),
        }),
      ],
      rules: [],
    }),
  },
  rules: { most: 20_000, of: (n) => ({ services: [], rules: times(n, (at) => rule(at)) }) },
  'nesting depth of a traffic policy': {
    most: 200_000,
    of: (n) => ({
      services: [],
      rules: [rule(0, { subsets: [{ name: 'shared', trafficPolicy: nested(n) }] })],
    }),
  },
  'subsets of a rule': {
    most: 30_000,
    of: (n) => ({
      services: [],
      rules: [rule(0, { subsets: times(n, (at) => ({ name: `s${at}` })) })],
    }),
  },
};

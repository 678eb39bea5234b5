import { env, SUBSET } from './env-parts.ts';
import type { Growing } from './growing.ts';
import { map, nested, times } from './parts.ts';

const SCOPE = [{ namespace: 'shop', consumers: true }];
const configured = (spec: object) =>
  env({ subsets: undefined, vars: { A: 'x' }, scope: SCOPE, ...spec });
const secret = (name: string) => ({ name, secretKeyRef: { name: 's', key: 'k', optional: true } });

/** Envs whose own layer or scope grows. The API server would refuse some of them. */
export const CONFIGURATION_SPECS: Growing<object> = {
  'own variables': {
    most: 60_000,
    of: (n) =>
      configured({
        vars: map(
          n,
          (at) => `V${at}`,
          () => 'x',
        ),
      }),
  },
  'own variables in all three': {
    most: 5000,
    of: (n) =>
      configured({
        vars: map(
          n,
          (at) => `V${at}`,
          () => '',
        ),
        secrets: times(n, (at) => secret(`V${at}`)),
        unset: times(n, (at) => `V${at}`),
        allowPartial: true,
      }),
  },
  'as many own variables as are allowed': {
    most: 128,
    of: (n) =>
      configured({
        environment: 'e',
        vars: map(
          n,
          (at) => `V${at}`,
          (at) => `$(V${at + 1})`.repeat(1000),
        ),
        secrets: times(Math.min(n, 64), (at) => secret(`S${at}`)),
        unset: times(n, (at) => `U${at}`),
      }),
  },
  'a long name of an Environment': {
    most: 1_400_000,
    of: (n) => configured({ environment: 'e'.repeat(n) }),
  },
  'namespaces in the scope': {
    most: 30_000,
    of: (n) => configured({ scope: times(n, (at) => ({ namespace: `n${at}` })) }),
  },
  'the same entry of the scope': {
    most: 30_000,
    of: (n) => configured({ scope: times(n, () => SCOPE[0]) }),
  },
  'labels of the scope': {
    most: 30_000,
    of: (n) =>
      configured({
        scope: [
          {
            namespace: 'shop',
            selector: {
              matchLabels: map(
                n,
                (at) => `l${at}`,
                () => 'x',
              ),
            },
          },
        ],
      }),
  },
  'values of the scope': {
    most: 100_000,
    of: (n) => {
      const values = times(n, (at) => `v${at}`);
      const matchExpressions = [{ key: 'app', operator: 'In', values }];
      return configured({ scope: [{ namespace: 'shop', selector: { matchExpressions } }] });
    },
  },
  'a nested scope': { most: 400, of: (n) => configured({ scope: nested(n) }) },
  'subsets that only the configuration changes': {
    most: 5000,
    of: (n) =>
      configured({ subsets: times(n, (at) => ({ name: `b${at}`, namespace: SUBSET.namespace })) }),
  },
};

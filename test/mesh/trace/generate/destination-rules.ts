import type { DestinationRule, Subset } from '../../../../src/istio/types.ts';
import { ROOT_NAMESPACE } from '../../lib/istiod.ts';
import type { Random } from './random.ts';
import type { Place } from './services.ts';
import type { Scope } from './virtual-services.ts';
import { BASE_VERSION, CALLER_NAMESPACE, PROXIES } from './world.ts';

const SUBSETS: readonly Subset[] = [
  { name: BASE_VERSION, labels: { version: BASE_VERSION } },
  { name: 'v2', labels: { version: 'v2' } },
  { name: 'v3', labels: { version: 'v3' } },
  // No pod has this version.
  { name: 'v9', labels: { version: 'v9' } },
  // The services never select these pods.
  { name: 'elsewhere', labels: { app: 'other' } },
];

/**
 * Generates DestinationRules. Each service usually gets one with the base's subset. It may get others, which Istio
 * merges with the first one or uses instead of it.
 */
export function destinationRules(
  { id, services, hasEnvs }: Scope,
  random: Random,
): DestinationRule[] {
  return services.flatMap((place, index) => {
    const extras = random.pick([0, 0, 1, 2]);
    const name = `r${index}-${id}`;
    const one = rule(name, place.namespace, place, random);
    const main = hasEnvs ? [plain(one, place)] : random.chance(0.9) ? [one] : [];
    const others = Array.from({ length: extras }, (_, extra) =>
      rule(`q${index}${extra}-${id}`, home(place, random), place, random),
    );
    return [...main, ...others];
  });
}

/** The rule with the service's full host and all subsets, as an env needs it. */
function plain(rule: DestinationRule, { host }: Place): DestinationRule {
  return { ...rule, spec: { host, subsets: [...SUBSETS] } };
}

function home({ namespace }: Place, random: Random): string {
  return random.weighted([
    [5, namespace],
    [2, CALLER_NAMESPACE],
    [1, 'east'],
    [1, 'west'],
    [2, ROOT_NAMESPACE],
  ]);
}

function rule(
  name: string,
  namespace: string,
  { host, namespace: service }: Place,
  random: Random,
): DestinationRule {
  const [short = ''] = host.split('.');
  const wildcard = `*${short.slice(1)}.${service}.svc.cluster.local`;
  const subsets = random.chance(0.5)
    ? [...SUBSETS]
    : random.some(SUBSETS, 2 + random.int(3)).map((subset) => other(subset, random));
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name, namespace },
    spec: {
      host: random.weighted([
        [5, host],
        [namespace === service ? 3 : 0, short],
        [1, wildcard],
      ]),
      subsets,
      ...exportTo(random),
      ...workloadSelector(random),
      ...(random.chance(0.2) ? { trafficPolicy: { loadBalancer: { simple: 'RANDOM' } } } : {}),
    },
  };
}

/** The subset with the same name, and sometimes with another version. */
function other(subset: Subset, random: Random): Subset {
  return random.chance(0.15) ? { ...subset, labels: { version: 'v3' } } : subset;
}

function exportTo(random: Random): { exportTo?: string[] } {
  const targets = random.weighted<string[] | undefined>([
    [9, undefined],
    [2, ['.']],
    [1, ['*']],
    [1, ['west', 'north']],
    [1, ['.', 'east']],
  ]);
  return targets ? { exportTo: targets } : {};
}

function workloadSelector(random: Random) {
  if (!random.chance(0.12)) return {};
  return { workloadSelector: { matchLabels: { ...random.pick(PROXIES).labels } } };
}

import type { Cluster } from '../../../src/simulator/cluster.ts';
import type { LocalObject } from '../../../src/simulator/object.ts';
import type { EnvName } from './env-choice.ts';
import type { Tampering } from './steps.ts';

const PLAN = 'riskified.com/route-injections';

function childrenOf(cluster: Cluster, kind: string, env: EnvName): LocalObject[] {
  return cluster
    .list(kind)
    .filter(
      ({ metadata }) =>
        metadata.labels?.['dynamic-env'] === 'true' &&
        metadata.annotations?.['riskified.com/dynamic-environment'] === env,
    );
}

/** True if it removes destinations of routes. Requests may then fail until these are restored. */
export function isDestructive(what: Tampering): boolean {
  return what.startsWith('delete');
}

/**
 * Changes our objects and marks by hand. The user's own content stays the same, because the twin must have the same
 * content.
 */
export async function tamper(cluster: Cluster, what: Tampering, env: EnvName): Promise<void> {
  const user = cluster.as('vandal');
  const each = async (kind: string, change: (object: LocalObject) => Promise<unknown>) => {
    for (const object of childrenOf(cluster, kind, env)) await change(object);
  };
  const remove = ({ kind, metadata }: LocalObject) =>
    user.delete(kind, metadata.namespace, metadata.name);
  const patch = ({ kind, metadata }: LocalObject, change: object) =>
    user.patch(kind, metadata.namespace, metadata.name, change);
  switch (what) {
    case 'delete clones':
      return each('Deployment', remove);
    case 'delete rules':
      return each('DestinationRule', remove);
    case 'delete injections':
      return each('RouteInjection', remove);
    case 'scale clones':
      return each('Deployment', (clone) => patch(clone, { spec: { replicas: 5 } }));
    case 'unmark children': {
      const annotations = { 'riskified.com/deployment': null, 'riskified.com/service-host': null };
      await each('Deployment', (clone) => patch(clone, { metadata: { annotations } }));
      return each('DestinationRule', (rule) => patch(rule, { metadata: { annotations } }));
    }
    default:
      for (const object of cluster.list('VirtualService'))
        await patch(object, unmarking(object, what));
  }
}

function unmarking({ metadata }: LocalObject, what: Tampering): object {
  if (what === 'break plan') return { metadata: { annotations: { [PLAN]: '{broken' } } };
  const marks = Object.keys(metadata.labels ?? {}).filter((key) =>
    key.startsWith('env.riskified.com/'),
  );
  return {
    metadata: {
      labels: Object.fromEntries(marks.map((key) => [key, null])),
      annotations: { [PLAN]: null },
    },
  };
}

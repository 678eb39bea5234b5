import {
  type Cluster,
  createCluster,
  type LocalClusterOptions,
} from '../../../src/simulator/cluster.ts';
import type { Inject } from '../../../src/simulator/hook-call.ts';
import type { LocalObject } from '../../../src/simulator/object.ts';
import { strayOwners } from '../../support/stray-owners.ts';
import { firstDifference } from './first-difference.ts';

/** A service whose hooks never request a change. The cluster then behaves as if this system were not installed. */
const nothing: Inject = async ({ url }) => {
  const answer = url.endsWith('customize')
    ? { relatedResources: [] }
    : { labels: {}, annotations: {}, attachments: [] };
  return { statusCode: 200, body: JSON.stringify(answer) };
};

export function createTwin(options: Omit<LocalClusterOptions, 'inject'>): Cluster {
  return createCluster({ ...options, inject: nothing });
}

/**
 * The part of an object that is compared: everything that a user can write. Values that the API server counts up are
 * left out.
 */
function content(whole: LocalObject) {
  const { status: _status, metadata, ...object } = whole;
  const { namespace, name, labels, annotations, finalizers, ownerReferences } = metadata;
  const { 'deployment.kubernetes.io/revision': _revision, ...kept } = annotations ?? {};
  const { clusterIP: _ip, clusterIPs: _ips, ...spec } = object.spec ?? {};
  return {
    ...object,
    spec,
    namespace,
    name,
    labels,
    annotations: kept,
    finalizers,
    ownerReferences,
    strayOwners: strayOwners(whole),
  };
}

function keyed(objects: readonly LocalObject[]): Map<string, ReturnType<typeof content>> {
  return new Map(
    objects.map((object) => [
      `${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`,
      content(object),
    ]),
  );
}

/** The differences between two clusters, as texts. */
export function differences(cluster: Cluster, twin: Cluster): string[] {
  return contentDifferences(cluster.all(), twin.all());
}

export function contentDifferences(
  objects: readonly LocalObject[],
  twins: readonly LocalObject[],
): string[] {
  const [ours, theirs] = [keyed(objects), keyed(twins)];
  const keys = [...new Set([...ours.keys(), ...theirs.keys()])];
  return keys.flatMap((key) => {
    const difference = firstDifference(ours.get(key), theirs.get(key));
    return difference === undefined ? [] : [`not as without any env: ${key} ${difference}`];
  });
}

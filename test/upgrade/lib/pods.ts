import type { Deployment } from '../../../src/k8s/workload.ts';
import type { HistoryEntry } from '../../../src/simulator/api-server/store.ts';

type Labels = Readonly<Record<string, string>>;

/**
 * The labels that the ready pods of each Deployment may have. During a rollout these are the labels of the old and of
 * the new template.
 */
export function createPods(deployments: readonly Deployment[]) {
  const serving = new Map<string, Labels[]>();
  const see = (deployment: Deployment) => {
    const key = `${deployment.metadata.namespace}/${deployment.metadata.name}`;
    const labels = deployment.spec.template.metadata?.labels ?? {};
    const old = isComplete(deployment) ? [] : (serving.get(key) ?? []);
    const isKnown = old.some((one) => JSON.stringify(one) === JSON.stringify(labels));
    serving.set(key, isKnown ? old : [...old, labels]);
  };
  for (const deployment of deployments) see(deployment);
  return {
    follow: ({ key, after }: HistoryEntry) => {
      if (after?.kind === 'Deployment') see(after as unknown as Deployment);
      else if (key.startsWith('Deployment')) serving.delete(key.slice(key.indexOf(' ') + 1));
    },
    /** The labels of the ready pods. The keys are the Deployments' `namespace/name`. */
    serving: serving as ReadonlyMap<string, readonly Labels[]>,
  };
}

function isComplete({ metadata, spec, status = {} }: Deployment): boolean {
  const { observedGeneration, replicas, updatedReplicas, availableReplicas } = status;
  return (
    observedGeneration === metadata.generation &&
    [replicas, updatedReplicas, availableReplicas].every((count) => count === (spec.replicas ?? 1))
  );
}

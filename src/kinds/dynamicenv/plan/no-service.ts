import { byText } from '../../../k8s/canonical.ts';
import { matchesSelector } from '../../../k8s/selector.ts';
import type { Deployment, Service } from '../../../k8s/workload.ts';
import type { MeshView } from '../../../mesh/view.ts';
import { ROLLOUT_HASH, rolloutServices, rolloutText } from './argo-rollout.ts';
import type { Problem } from './host-plan.ts';
import type { EnvWorkload } from './workloads.ts';

/** The problem that no Service sends to a subset's clone, with the reason and what to do. */
export function noService(
  { workload: { namespace } }: EnvWorkload,
  base: Deployment | undefined,
  clone: Deployment,
  view: MeshView,
): Problem {
  const cloneLabels = labelsOf(clone);
  const [rollout] = rolloutServices(view.services(namespace), labelsOf(base));
  if (rollout !== undefined) return { section: 'subset', message: ofRollout(rollout) };
  const picky = view
    .services(namespace)
    .flatMap((service) => versionAsked(service, labelsOf(base), cloneLabels));
  const advice =
    picky.length === 0
      ? 'add one, or list the Deployment under consumers'
      : `${picky.join(', ')}: take out of the selector what differs between versions`;
  const message = `no Service in namespace ${namespace} selects both the base's and the clone's pods (${text(cloneLabels)}); ${advice}`;
  return { section: 'subset', message };
}

function ofRollout(service: Service): string {
  return `${rolloutText(service)}: it keeps the Service at its own pods (${ROLLOUT_HASH}), which no clone of a Deployment can be among; only Deployments that run their pods themselves can be cloned`;
}

/** What a Service that selects the base's pods asks for and the clone's pods lack. */
function versionAsked(
  { metadata, spec }: Service,
  base: Record<string, string>,
  clone: Record<string, string>,
): string[] {
  const selector = spec?.selector ?? {};
  const differing = Object.entries(selector).filter(([key, value]) => clone[key] !== value);
  if (differing.length === 0 || !matchesSelector({ matchLabels: selector }, base)) return [];
  return [`Service ${metadata.name} asks for ${text(Object.fromEntries(differing))}`];
}

function labelsOf(deployment: Deployment | undefined): Record<string, string> {
  return deployment?.spec.template.metadata?.labels ?? {};
}

function text(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort(byText)
    .join(',');
}

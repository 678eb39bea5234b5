import {
  CLONE_CONSENT_ANNOTATION,
  CLONE_LABEL,
  CONFIGURATION_ANNOTATION,
  CONFIGURED_ANNOTATION,
  CONTROLLER_UID_LABEL,
  DRAINING_ANNOTATION,
  ENV_LABEL_PREFIX,
  EVENT_ROUTING_LABEL,
  HOST_ANNOTATION,
  HOST_LABEL,
  INCARNATION_ANNOTATION,
  PLAN_ANNOTATION,
  REPAIR_ANNOTATION,
  SPEC_ANNOTATION,
  VARIABLES_ANNOTATION,
} from '../../../api/marks.ts';

/**
 * Labels and annotations by which tools recognize their own objects. They would prune or adopt a clone that carried them. With our
 * own marks (a base may come from a copied manifest) the clone would look like one that is draining.
 *
 * In both: Argo CD (https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/), Flux
 * (https://fluxcd.io/flux/components/kustomize/kustomizations/), `kubectl apply --prune --applyset` and kro
 * (https://git.k8s.io/enhancements/keps/sig-cli/3659-kubectl-apply-prune), kapp (https://carvel.dev/kapp/docs/latest/state-namespace/),
 * Rancher's Fleet and the addons of k3s (`pkg/objectset` in rancher/wrangler), kpt and Config Sync (`pkg/inventory` in
 * kubernetes-sigs/cli-utils), Tanka (https://tanka.dev/garbage-collection/), OLM, and the addon manager of `cluster/addons` in
 * kubernetes/kubernetes.
 */
const TOOLS = [
  'argocd.argoproj.io/*',
  'kustomize.toolkit.fluxcd.io/*',
  'helm.toolkit.fluxcd.io/*',
  'applyset.kubernetes.io/*',
  'kro.run/*',
  'kapp.k14s.io/*',
  'objectset.rio.cattle.io/*',
  'fleet.cattle.io/*',
  'addon.k3s.cattle.io/*',
  'config.k8s.io/owning-inventory',
  'cli-utils.sigs.k8s.io/*',
  'configmanagement.gke.io/*',
  'configsync.gke.io/*',
  'tanka.dev/*',
  'olm.owner*',
  'olm.managed',
  'addonmanager.kubernetes.io/mode',
  'kubernetes.io/cluster-service',
];
/** Helm, Skaffold, and the Deployment controller. */
const LABELS = [
  ...TOOLS,
  CONTROLLER_UID_LABEL,
  'app.kubernetes.io/managed-by',
  'app.kubernetes.io/instance',
  'helm.sh/chart',
  'skaffold.dev/run-id',
  HOST_LABEL,
  CLONE_LABEL,
  EVENT_ROUTING_LABEL,
  `${ENV_LABEL_PREFIX}*`,
];
/** kubectl, the Deployment controller, Metacontroller, Helm. */
const ANNOTATIONS = [
  ...TOOLS,
  'kubectl.kubernetes.io/*',
  'deployment.kubernetes.io/*',
  'metacontroller.k8s.io/*',
  'meta.helm.sh/*',
  'helm.sh/*',
  // Rancher writes these on every Deployment. If we corrected them, it would write them again, and so on.
  'field.cattle.io/*',
  DRAINING_ANNOTATION,
  REPAIR_ANNOTATION,
  SPEC_ANNOTATION,
  HOST_ANNOTATION,
  PLAN_ANNOTATION,
  CONFIGURATION_ANNOTATION,
  CONFIGURED_ANNOTATION,
  VARIABLES_ANNOTATION,
  CLONE_CONSENT_ANNOTATION,
  INCARNATION_ANNOTATION,
];

export function withoutForeignLabels(
  labels: Record<string, string> | undefined,
  extra: readonly string[],
): Record<string, string> {
  return without(labels, [...LABELS, ...extra]);
}

export function withoutForeignAnnotations(
  annotations: Record<string, string> | undefined,
  extra: readonly string[],
): Record<string, string> {
  return without(annotations, [...ANNOTATIONS, ...extra]);
}

function without(
  map: Record<string, string> | undefined,
  patterns: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map ?? {}).filter(([key]) => !patterns.some((pattern) => fits(key, pattern))),
  );
}

function fits(key: string, pattern: string): boolean {
  return pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern;
}

import type { Cluster } from '../control-plane/control-plane.ts';
import { CHART } from './chart.ts';

/** Templates that are always rendered. `policies-deletion.yaml` is rendered only with `refuseForegroundDeletion`, `expired.yaml` with `expired`, `policies-merges.yaml` and `policies-virtual-environments.yaml` with their kinds. */
const ALWAYS = [
  'policies-authors',
  'policies-children',
  'policies-environments',
  'policies-internals',
  'policies-spec',
  'rbac',
];

/** Type of the chart's value `policies`. */
export interface PolicyValues {
  limits?: { workloads?: number; replicas?: number; imagePrefixes?: readonly string[] };
  refuseForegroundDeletion?: boolean;
}

export interface PermissionValues {
  policies?: PolicyValues;
  config?: {
    allowedHeaderNames?: readonly string[];
    allowedCommonHeaders?: readonly string[];
    entryHosts?: readonly string[];
    indexedNamespaces?: readonly string[];
    maxTtl?: string;
    requireOwner?: boolean;
  };
  expired?: { deleteAfter: string; image: string };
  kinds?: readonly string[];
  virtualServiceMerge?: { groups: readonly string[] };
  virtualEnvironment?: { hosts: readonly string[] };
  environments?: { allowed?: readonly string[]; maxUniqueWorkloads?: number };
  rbac?: { authors?: readonly { kind: string; name: string; namespace?: string }[] };
}

/** The chart's policies and roles, as Helm renders them. */
export async function renderPermissions(
  { helm }: Pick<Cluster, 'helm'>,
  values: PermissionValues = {},
): Promise<string> {
  const optional = [
    ...(values.policies?.refuseForegroundDeletion === true ? ['policies-deletion'] : []),
    ...(values.expired === undefined ? [] : ['expired']),
    ...(values.kinds?.includes('virtual-service-merge') ? ['policies-merges'] : []),
    ...(values.kinds?.includes('virtual-environment') ? ['policies-virtual-environments'] : []),
  ];
  const shown = [...ALWAYS, ...optional].flatMap((name) => [
    '--show-only',
    `templates/${name}.yaml`,
  ]);
  return helm(['template', 'dynamicenv', CHART, ...shown, '-f', '-'], { input: values });
}

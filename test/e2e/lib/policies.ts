import { fileURLToPath } from 'node:url';
import type { Cluster } from '../control-plane/control-plane.ts';
import { METACONTROLLER_USER } from './metacontroller.ts';

const CHART = fileURLToPath(new URL('../../../charts/dynamicenv', import.meta.url));

/** Templates that every installation renders; `policies-deletion.yaml` comes with `refuseForegroundDeletion`. */
const ALWAYS = ['policies-authors', 'policies-spec', 'policies-internals', 'rbac'];

/** What the chart's value `policies` may have. */
export interface PolicyValues {
  allowedHeaderNames?: readonly string[];
  limits?: { workloads?: number; replicas?: number; imagePrefixes?: readonly string[] };
  refuseForegroundDeletion?: boolean;
}

export interface PermissionValues {
  policies?: PolicyValues;
  rbac?: { authors?: readonly { kind: string; name: string; namespace?: string }[] };
}

/** The chart's policies and roles, as Helm renders them. */
export async function renderPermissions(
  { helm }: Pick<Cluster, 'helm'>,
  values: PermissionValues = {},
): Promise<string> {
  const optional = values.policies?.refuseForegroundDeletion === true ? ['policies-deletion'] : [];
  const shown = [...ALWAYS, ...optional].flatMap((name) => [
    '--show-only',
    `templates/${name}.yaml`,
  ]);
  const all = { ...values, metacontroller: { user: METACONTROLLER_USER } };
  return helm(['template', 'dynamicenv', CHART, ...shown, '-f', '-'], { input: all });
}

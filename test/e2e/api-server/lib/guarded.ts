import type { DynamicEnvSpec, Workload } from '../../../../src/api/dynamicenv.ts';
import type { Command, CommandOptions } from '../../control-plane/commands.ts';
import { type ControlPlane, startControlPlane } from '../../control-plane/control-plane.ts';
import { installCrds } from '../../control-plane/crds.ts';
import { problem, until } from '../../control-plane/poll.ts';
import { METACONTROLLER_USER } from '../../lib/metacontroller.ts';
import { type PermissionValues, renderPermissions } from '../../lib/policies.ts';

/** A separate control plane with the chart's admission policies and roles, and with users. */
export interface Guarded extends ControlPlane {
  /** kubectl as one of the users. `user` must be a key of `edit` (see startGuarded). */
  as(user: string): Command;
  /** kubectl as Metacontroller's user. */
  metacontroller: Command;
  /** Renders the policies with other values, and applies them. They need a moment to take effect. */
  configure(values: PermissionValues): Promise<void>;
}

/**
 * Starts a control plane with the users in `edit`. They are in the group of authors, and each has the ClusterRole
 * `edit` in the listed namespaces. When this returns, every policy has an effect.
 */
export async function startGuarded(
  edit: Readonly<Record<string, readonly string[]>>,
  values: PermissionValues = {},
): Promise<Guarded> {
  const users = Object.fromEntries(Object.keys(edit).map((user) => [user, ['authors']]));
  const plane = await startControlPlane({ users });
  const { kubectl } = plane;
  const configs = new Map<string, string>();
  for (const user of Object.keys(edit)) {
    configs.set(user, await plane.kubeconfigFor(user, plane.tokens[user] ?? ''));
  }
  const configure = async (next: PermissionValues) => {
    const rbac = { authors: [{ kind: 'Group', name: 'authors' }] };
    await kubectl(['apply', '-f', '-'], {
      input: await renderPermissions(plane, { rbac, ...next }),
    });
  };
  try {
    await installCrds(plane, 'dynamicenv');
    await bind(plane, edit);
    await configure(values);
    const guarded: Guarded = {
      ...plane,
      as: (user) => (args, options) =>
        kubectl([...args, '--kubeconfig', configs.get(user) ?? ''], options),
      metacontroller: (args, options) => kubectl([...args, `--as=${METACONTROLLER_USER}`], options),
      configure,
    };
    await inForce(guarded, Object.keys(edit)[0] ?? '');
    return guarded;
  } catch (error) {
    await plane.stop();
    throw error;
  }
}

/** Creates the namespaces, the users' RoleBindings, and a role for Metacontroller that allows everything. */
async function bind(
  { kubectl }: ControlPlane,
  edit: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  const namespaces = [...new Set(Object.values(edit).flat())];
  const items = [
    ...namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ...Object.entries(edit).flatMap(([user, names]) =>
      names.map((namespace) => roleBinding(user, namespace)),
    ),
  ];
  await kubectl(['apply', '-f', '-'], { input: { apiVersion: 'v1', kind: 'List', items } });
  await kubectl(['create', 'clusterrole', 'metacontroller', '--verb=*', '--resource=*.*']);
  await kubectl([
    ...['create', 'clusterrolebinding', 'metacontroller', '--clusterrole=metacontroller'],
    `--user=${METACONTROLLER_USER}`,
  ]);
}

const API = 'rbac.authorization.k8s.io';

function roleBinding(user: string, namespace: string) {
  return {
    apiVersion: `${API}/v1`,
    kind: 'RoleBinding',
    metadata: { name: user, namespace },
    roleRef: { apiGroup: API, kind: 'ClusterRole', name: 'edit' },
    subjects: [{ apiGroup: API, kind: 'User', name: user }],
  };
}

/** Waits until each policy refuses a request: a policy has no effect in the first moments after its creation. */
async function inForce({ kubectl, as }: Guarded, user: string): Promise<void> {
  const dryRun =
    (input: object, command = kubectl) =>
    () =>
      command(['create', '--dry-run=server', '-f', '-'], { input });
  const twice = envOf('probe', { subsets: [workload('x')], consumers: [workload('x')] });
  await refuses(
    'dynamicenv-authors',
    dryRun(envOf('probe', { subsets: [workload('x')] }), as(user)),
  );
  await refuses('dynamicenv-spec', dryRun(twice));
  await refuses('dynamicenv-internals', dryRun(injectionOf('probe')));
}

/** Waits until a policy refuses a call. */
export async function refuses(policy: string, call: () => Promise<unknown>): Promise<void> {
  await until(30, async () => {
    const said = (await problem(call())) ?? 'the request was allowed';
    return said.includes(`ValidatingAdmissionPolicy '${policy}'`) ? undefined : said;
  });
}

export const MATCH = { headers: { user: { exact: 'me' } } };

export function workload(namespace: string, more: Partial<Workload> = {}): Workload {
  return { name: 'backend', namespace, containers: [{ image: 'x' }], ...more };
}

export function envOf(name: string, spec: Partial<DynamicEnvSpec>) {
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: { name },
    spec: { istioMatches: [MATCH], ...spec },
  };
}

/** A RouteInjection of an env, with the fields that the API requires. */
export function injectionOf(env: string) {
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'RouteInjection',
    metadata: { name: `${env}-backend` },
    spec: {
      env,
      envCreationTimestamp: '2026-01-01T00:00:00Z',
      deployment: { namespace: 'team-a', name: 'backend' },
      clone: `backend-${env}`,
      host: 'backend.team-a.svc.cluster.local',
      from: ['shared'],
      subset: env,
      matches: [MATCH],
      active: true,
    },
  };
}

/** A Subscriber of an env, with the fields that the API requires. */
export function subscriberOf(env: string) {
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'Subscriber',
    metadata: { name: `${env}-orders` },
    spec: {
      workload: 'team-a/orders',
      services: ['orders'],
      ref: 'mp-101',
      incarnation: '0123456789',
      phase: 'Live',
    },
  };
}

/** Runs `kubectl VERB -f -` (create, apply, replace …) with the object as input. */
export function send(command: Command, verb: string, input: object, ...flags: string[]) {
  const options: CommandOptions = { input };
  return command([...verb.split(' '), ...flags, '-f', '-'], options);
}

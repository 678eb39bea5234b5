import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApplyStrategy } from '../../../src/simulator/metacontroller/controller.ts';
import type { Cluster } from '../control-plane/control-plane.ts';
import { until } from '../control-plane/poll.ts';
import { freePorts } from '../control-plane/ports.ts';
import { type Running, startProcess } from '../control-plane/process.ts';

/** Path of Metacontroller's program (METACONTROLLER_BIN); undefined if it is not set. */
export function metacontrollerProgram(): string | undefined {
  const program = process.env['METACONTROLLER_BIN'] ?? '';
  return program === '' ? undefined : program;
}

export const METACONTROLLER_USER = 'system:serviceaccount:metacontroller:metacontroller';

/** The objects of Metacontroller's installation that a Metacontroller outside the cluster needs. */
const ACCOUNT = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'metacontroller' } },
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'metacontroller', namespace: 'metacontroller' },
  },
];

export interface PolicyRule {
  apiGroups: readonly string[];
  resources: readonly string[];
  verbs: readonly string[];
  resourceNames?: readonly string[];
}

/** Creates Metacontroller's service account with a ClusterRole of these rules. Returns the path of its kubeconfig. */
export async function createMetacontrollerUser(
  cluster: Cluster,
  rules: readonly PolicyRule[],
): Promise<string> {
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'metacontroller' } };
  const subjects = [
    { kind: 'ServiceAccount', name: 'metacontroller', namespace: 'metacontroller' },
  ];
  const roleRef = {
    apiGroup: 'rbac.authorization.k8s.io',
    kind: 'ClusterRole',
    name: 'metacontroller',
  };
  const items = [
    ...ACCOUNT,
    { ...rbac, kind: 'ClusterRole', rules },
    { ...rbac, kind: 'ClusterRoleBinding', subjects, roleRef },
  ];
  await cluster.kubectl(['apply', '-f', '-'], { input: { apiVersion: 'v1', kind: 'List', items } });
  const token = await cluster.kubectl([
    ...['create', 'token', 'metacontroller'],
    ...['-n', 'metacontroller', '--duration=24h'],
  ]);
  return cluster.kubeconfigFor('metacontroller', token.trim());
}

export interface MetacontrollerOptions {
  /** Path of its program. */
  program: string;
  strategy: ApplyStrategy;
  /** Path of the kubeconfig, from createMetacontrollerUser. */
  kubeconfig: string;
  /** Flags for its request rate and number of workers. Default: PACE. */
  pace?: readonly string[] | undefined;
}

/** The flags for rate and workers that charts/dynamicenv/metacontroller-values.yaml recommends. */
const PACE = ['-client-go-qps=200', '-client-go-burst=400', '-workers=20'];

/** Starts Metacontroller with the recommended flags, and waits until its endpoint /readyz answers 200. */
export async function startMetacontroller(
  { folder }: Cluster,
  { program, strategy, kubeconfig, pace = PACE }: MetacontrollerOptions,
): Promise<Running> {
  const [probes = 0] = await freePorts(1);
  const flags = [
    `-kubeconfig=${kubeconfig}`,
    `-apply-strategy=${strategy}`,
    ...pace,
    '-metrics-address=0',
    `-health-probe-bind-address=127.0.0.1:${probes}`,
  ];
  const running = startProcess('metacontroller', program, flags, folder);
  await until(60, async () => {
    if (running.hasEnded()) {
      throw new Error(
        `${program} has ended; ${join(folder, 'metacontroller.log')}: ${await running.tail()}`,
      );
    }
    return fetch(`http://127.0.0.1:${probes}/readyz`).then(
      ({ status }) => (status === 200 ? undefined : `/readyz answers ${status}`),
      () => 'Metacontroller does not listen yet',
    );
  });
  return running;
}

/** Metacontroller's version, from the first lines of its log. */
export async function metacontrollerVersion({ folder }: Cluster): Promise<string> {
  const log = await readFile(join(folder, 'metacontroller.log'), 'utf8');
  return /"version":"([^"]+)"/.exec(log)?.[1] ?? 'unknown';
}

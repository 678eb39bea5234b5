import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApplyStrategy } from '../../../src/simulator/metacontroller/controller.ts';
import type { Cluster } from '../control-plane/control-plane.ts';
import { until } from '../control-plane/poll.ts';
import { freePorts } from '../control-plane/ports.ts';
import { type Running, startProcess } from '../control-plane/process.ts';

export const METACONTROLLER_USER = 'system:serviceaccount:metacontroller:metacontroller';

/** The manifests of Metacontroller's own installation, as far as a process outside the cluster needs them. */
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

/** Makes Metacontroller's service account with a role of these rules; answers the path of its kubeconfig. */
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
  /** See createMetacontrollerUser. */
  kubeconfig: string;
  /** How fast it may work. Default: as README recommends. */
  pace?: readonly string[] | undefined;
}

/** The pace that README recommends. */
const PACE = ['-client-go-qps=200', '-client-go-burst=400', '-workers=20'];

/** Starts Metacontroller with the flags that README recommends, and waits until it says that it is ready. */
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

/** What Metacontroller calls itself: it says so when it starts. */
export async function metacontrollerVersion({ folder }: Cluster): Promise<string> {
  const log = await readFile(join(folder, 'metacontroller.log'), 'utf8');
  return /"version":"([^"]+)"/.exec(log)?.[1] ?? 'unknown';
}

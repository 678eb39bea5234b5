import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamicEnv } from '../../../../src/api/dynamicenv.ts';
import type { Environment } from '../../../../src/api/environment.ts';
import type { LocalObject } from '../../../../src/simulator/object.ts';
import type { Cluster } from '../../../e2e/control-plane/control-plane.ts';
import { until } from '../../../e2e/control-plane/poll.ts';
import type { Envs } from './envs.ts';
import type { Sent } from './request.ts';
import type { Epoch } from './timeline.ts';
import { matchesOf, NAMESPACE } from './world.ts';

const REST_MS = 1500;
/** The value of `SETTING` in the base's pods. */
const SHARED = 'shared';

/** Environments that set `SETTING` to their own name, one that sets what the base has, and one whose value a test changes. */
const LAYERS = { qa: 'qa', uat: 'uat', same: SHARED, edited: 'first' };

/** Gives the base a variable, adds a workload that no Environment changes, and creates the Environments. */
export async function installEnvironments({ kubectl }: Cluster): Promise<void> {
  const inNamespace = ['-n', NAMESPACE];
  await kubectl([...inNamespace, 'set', 'env', 'deployment/backend', `SETTING=${SHARED}`]);
  await kubectl([...inNamespace, 'rollout', 'status', 'deployment/backend', '--timeout=120s']);
  const layers = Object.entries(LAYERS).map(([name, value]) => environment(name, value));
  const items = [...layers, reports()];
  await kubectl(['apply', '-f', '-'], { input: { apiVersion: 'v1', kind: 'List', items } });
}

export function environment(name: string, setting: string): LocalObject & Environment {
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'Environment',
    metadata: { name },
    spec: { vars: { SETTING: setting } },
  };
}

/** A workload in scope that does not read the variable. */
function reports(): LocalObject {
  const labels = { app: 'reports', version: 'shared' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'reports', namespace: NAMESPACE },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'reports', image: 'reports:1' }] },
      },
    },
  };
}

function envIn(name: string, environmentName: string): LocalObject & DynamicEnv {
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: { name },
    spec: {
      istioMatches: matchesOf(name),
      environment: environmentName,
      scope: [{ namespace: NAMESPACE }],
    },
  };
}

/** How an epoch says which value the env's pods have. No request selects it. */
const settingName = (setting: string) => `SETTING ${setting}`;

/**
 * One life of an env of configuration alone: it is created, moves to another Environment, gets a value of its own, becomes equal to
 * the base, differs again, gets a version of its own beside, and is deleted.
 */
export async function liveInEnvironments(envs: Envs, env: string): Promise<void> {
  const step = async (write: Promise<void>) => {
    await write;
    await envs.untilReady(env);
    await sleep(REST_MS);
  };
  const as = (setting: string) => [env, settingName(setting)];
  const subsets = [{ name: 'backend', namespace: NAMESPACE, containers: [{ image: 'backend:3' }] }];
  await step(envs.createAs(envIn(env, 'qa'), as('qa')));
  await step(envs.patch(env, as('uat'), { environment: 'uat' }));
  await step(envs.patch(env, as('own'), { vars: { SETTING: 'own' } }));
  await step(envs.patch(env, [], { vars: null, environment: 'same' }));
  await step(envs.patch(env, as('uat'), { environment: 'uat' }));
  await step(envs.patch(env, as('uat'), { subsets }));
  await step(envs.patch(env, as('qa'), { environment: 'qa' }));
  await envs.remove(env);
  await envs.untilGone(env);
}

/** An env whose Environment is edited: pods with the new value take the place of the others. Returns the number of edits. */
export async function liveWhileEdited(
  envs: Envs,
  { api, kubectl }: Cluster,
  env: string,
  isWanted: () => boolean,
): Promise<number> {
  await envs.createAs(envIn(env, 'edited'), env);
  await envs.untilReady(env);
  let edits = 0;
  for (; isWanted(); edits += 1) {
    const setting = `edit-${edits}`;
    await kubectl(['apply', '-f', '-'], { input: environment('edited', setting) });
    await until(240, async () => {
      const { items } = await api.call<{ items: DeploymentOf[] }>('GET', CLONES);
      const own = items.filter(({ metadata }) => metadata.labels?.['version'] === env);
      return own.length === 1 && own.every((clone) => hasRolled(clone, setting))
        ? undefined
        : `the clone of ${env} does not have SETTING=${setting}: ${JSON.stringify(own)}; ${envs.timeline.describe(env)}`;
    });
    await sleep(REST_MS);
  }
  await envs.remove(env);
  await envs.untilGone(env);
  return edits;
}

const CLONES = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments?labelSelector=dynamic-env`;

interface DeploymentOf {
  metadata: { labels?: Record<string, string>; generation: number };
  spec: {
    replicas: number;
    template: { spec: { containers: { env?: { name: string; value?: string }[] }[] } };
  };
  status?: { observedGeneration?: number; updatedReplicas?: number; availableReplicas?: number };
}

function hasRolled({ metadata, spec, status = {} }: DeploymentOf, setting: string): boolean {
  const [{ env = [] } = {}] = spec.template.spec.containers;
  return (
    env.some(({ name, value }) => name === 'SETTING' && value === setting) &&
    (status.observedGeneration ?? 0) >= metadata.generation &&
    status.updatedReplicas === spec.replicas &&
    status.availableReplicas === spec.replicas
  );
}

/** Answers of an env's pods with a value that the env has not, while it was Ready from the request's start to its end. */
export function withWrongSetting(sent: readonly Sent[], epochs: readonly Epoch[]): Sent[] {
  return sent.filter((one) =>
    epochs.some(
      ({ env, user, ready }) =>
        env === one.version &&
        ready.some(({ from, to }) => from <= one.start && one.end <= to) &&
        [user].flat().some((name) => name.startsWith(settingName(''))) &&
        ![user].flat().includes(settingName(one.setting ?? '')),
    ),
  );
}

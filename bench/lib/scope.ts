import { startSimulation } from '../../src/cli/common/simulation.ts';
import { canonicalJson } from '../../src/k8s/canonical.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import type { Call } from './calls.ts';
import { CONFIG } from './config.ts';
import { dynamicEnv } from './envs.ts';
import { NAMESPACE, serviceObjects } from './shop.ts';
import { ago } from './stored.ts';

/** A namespace in the scope of an env whose Environment changes some of its workloads. */
export interface ScopeSize {
  /** Deployments in scope, each behind a Service. */
  workloads: number;
  /** How many of them get a clone. */
  unique: number;
}

const SYNC = '/dynamicenv/sync';
/** A variable that only the unique workloads have. */
const DECIDING = 'DB_HOST';

/**
 * Syncs of the env as the in-memory Metacontroller sent them: the first one, the last one, when everything is in effect, and
 * the first one after its Environment changed.
 */
export async function scopeCalls(size: ScopeSize): Promise<Call[]> {
  const { cluster, app } = await startSimulation(CONFIG, {
    strategy: 'server-side-apply',
    start: ago(3600),
  });
  const bodies: string[] = [];
  app.addHook('preHandler', async ({ url, body }) => {
    if (url === SYNC) bodies.push(canonicalJson(body));
  });
  try {
    for (const object of namespaceObjects(size)) cluster.restore(object);
    const user = cluster.as();
    await user.apply(environment('qa-db.data'));
    await user.apply(env());
    await cluster.settle();
    const before = bodies.length;
    await user.apply(environment('uat-db.data'));
    await cluster.settle();
    const texts = [bodies[0], bodies[before - 1], bodies[before]];
    return texts.map((text, at) => {
      if (text === undefined) throw new Error('the env was not synced');
      const state = at === 1 ? 'idle' : 'activation';
      return { hook: 'sync', state, url: SYNC, text };
    });
  } finally {
    await app.close();
  }
}

function environment(host: string): KubeObject {
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'Environment',
    metadata: { name: 'qa' },
    spec: { vars: { [DECIDING]: host, ANOTHER: 'nobody reads it' } },
  } as KubeObject;
}

function env(): KubeObject {
  const { apiVersion, kind, spec } = dynamicEnv('polina', []);
  const selector = { matchLabels: { 'app.kubernetes.io/part-of': 'shop' } };
  const { subsets: _none, ...others } = spec;
  return {
    apiVersion,
    kind,
    metadata: { name: 'polina' },
    spec: { ...others, environment: 'qa', scope: [{ namespace: NAMESPACE, selector }] },
  } as KubeObject;
}

function namespaceObjects({ workloads, unique }: ScopeSize): KubeObject[] {
  return Array.from({ length: workloads }, (_, at) => {
    const { deployment, service, rule, virtualService } = serviceObjects(at);
    return [at < unique ? withVariable(deployment) : deployment, service, rule, virtualService];
  }).flat();
}

interface Workload extends KubeObject {
  spec: { template: { spec: { containers: { env: object[] }[] } } };
}

function withVariable(deployment: KubeObject): KubeObject {
  const copy = structuredClone(deployment) as Workload;
  copy.spec.template.spec.containers[0]?.env.push({ name: DECIDING, value: 'dev-db.data' });
  return copy;
}

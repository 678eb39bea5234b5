import { fileURLToPath } from 'node:url';
import type { DynamicEnv } from '../api/dynamicenv.ts';
import { DECISION_FLAGS } from '../config.ts';
import { loadValidators } from '../crds.ts';
import { readFlags } from '../flags.ts';
import { evaluate } from '../istio/evaluate.ts';
import type { DestinationRule, VirtualService } from '../istio/types.ts';
import type { KubeObject } from '../k8s/object.ts';
import type { Service } from '../k8s/workload.ts';
import type { Cluster } from '../local/cluster.ts';
import { compare, countOf, unifiedDiff } from './compare.ts';
import { loadManifests } from './manifests.ts';
import type { PreviewOutput } from './preview.ts';
import { rehearse } from './rehearsal.ts';
import { snapshot } from './snapshot.ts';
import { paintDiff } from './terminal.ts';

const SHOP = fileURLToPath(new URL('../../examples/shop/', import.meta.url));
const NAMESPACE = 'shop';
const DOMAIN = 'cluster.local';

/** A step whose claim did not hold. */
class UntrueError extends Error {
  override name = 'UntrueError';
}

/** The life of a DynamicEnv on a small shop. Every claim is checked on the cluster; 1 when one is untrue. */
export async function demo(output: PreviewOutput): Promise<number> {
  try {
    await tell(output);
    return 0;
  } catch (error) {
    if (!(error instanceof UntrueError)) throw error;
    output.write(`${output.paint('red', `untrue: ${error.message}`)}\n`);
    return 1;
  }
}

async function tell({ write, paint }: PreviewOutput): Promise<void> {
  const { dynamicEnv } = await loadValidators();
  const manifests = await loadManifests([SHOP], { DynamicEnv: dynamicEnv });
  const env = manifests.find(({ kind }) => kind === 'DynamicEnv') as DynamicEnv;
  const shop = manifests.filter(({ kind }) => kind !== 'DynamicEnv');
  const config = readFlags(DECISION_FLAGS, [], {});
  const { cluster } = await rehearse(config, { strategy: 'server-side-apply' });
  for (const object of shop) await cluster.as('team').create(object);
  await cluster.settle();
  const start = cluster.now().getTime();
  const say = (text: string) => {
    const seconds = ((cluster.now().getTime() - start) / 1000).toFixed(1).padStart(6);
    write(`${paint('dim', `${seconds} s`)}  ${text}\n`);
  };
  const name = env.metadata.name;

  write(`${paint('bold', 'A shop with a front-end and a backend, shared by everybody')}\n`);
  const before = snapshot(cluster.all());
  say(`${listNames(cluster, 'Deployment')} run; every request goes to version shared`);
  sendBoth(cluster, say, { plain: 'shared', marked: 'shared' });

  write(
    `\n${paint('bold', `A developer applies DynamicEnv ${name}: an own backend for requests with user: test-user`)}\n`,
  );
  await cluster.as('developer').apply(env);
  await cluster.advance(0.5);
  const clone = `backend-${name}`;
  claim(cluster.get('Deployment', NAMESPACE, clone) !== undefined, `Deployment ${clone} exists`);
  say(`Deployment ${clone} and a DestinationRule subset ${name} are created; its pods start`);
  claim(ourRoutes(cluster) === 0, 'no route leads to pods that are not ready');
  say('no route yet: nobody is sent to pods that are not ready');
  await until(cluster, () => ourRoutes(cluster) > 0, 'the routes come in');
  say(
    `pods ready, subset known to the proxies: ${ourRoutes(cluster)} routes go into VirtualService ${NAMESPACE}/backend`,
  );
  await until(cluster, () => stateOf(cluster, name) === 'ready', 'the env becomes ready');
  say(`DynamicEnv ${name} is ready`);
  sendBoth(cluster, say, { plain: 'shared', marked: name });
  const diff = compare(before, snapshot(cluster.all())).changed;
  for (const { key, before: old, after } of diff) {
    write(`\n${indent(paintDiff(unifiedDiff(key, old, after), paint))}\n`);
  }

  write(`${paint('bold', 'A GitOps tool writes the VirtualService again, as it is in Git')}\n`);
  const manifest = shop.find(
    ({ kind, metadata }) => kind === 'VirtualService' && metadata.name === 'backend',
  ) as KubeObject;
  const routes = ourRoutes(cluster);
  await cluster.as('gitops').replace(manifest);
  claim(ourRoutes(cluster) === routes, 'the routes are there in that very write');
  say(`the ${routes} routes were put back in the same write: no request went astray`);
  sendBoth(cluster, say, { plain: 'shared', marked: name });

  write(`\n${paint('bold', `The developer deletes DynamicEnv ${name}`)}\n`);
  await cluster.as('developer').delete('DynamicEnv', undefined, name);
  await until(cluster, () => ourRoutes(cluster) === 0, 'the routes leave');
  say('first the routes leave; requests under way still find their pods');
  claim(cluster.get('Deployment', NAMESPACE, clone) !== undefined, 'the pods outlive the routes');
  sendBoth(cluster, say, { plain: 'shared', marked: 'shared' });
  await until(
    cluster,
    () => cluster.get('DynamicEnv', undefined, name) === undefined,
    'the env goes',
  );
  claim(cluster.get('Deployment', NAMESPACE, clone) === undefined, `Deployment ${clone} is gone`);
  say(`after the drain time (${config.drainSeconds} s) the clone, its subset and the env are gone`);
  await cluster.settle();
  const differences = countOf(compare(before, snapshot(cluster.all())));
  claim(differences === 0, `nothing is left over, but there are ${differences} differences`);
  write(`\n${differences} differences from the start\n`);
}

function claim(isTrue: boolean, text: string): void {
  if (!isTrue) throw new UntrueError(text);
}

const LIMIT_SECONDS = 120;
const STEP_SECONDS = 0.25;

async function until(cluster: Cluster, isDone: () => boolean, what: string): Promise<void> {
  for (let waited = 0; waited < LIMIT_SECONDS; waited += STEP_SECONDS) {
    if (isDone()) return;
    await cluster.advance(STEP_SECONDS);
  }
  claim(isDone(), `${what} within ${LIMIT_SECONDS} s`);
}

function listNames(cluster: Cluster, kind: string): string {
  return cluster
    .list(kind)
    .map(({ metadata }) => metadata.name)
    .join(' and ');
}

function stateOf(cluster: Cluster, name: string): string | undefined {
  return cluster.get<DynamicEnv>('DynamicEnv', undefined, name)?.status?.state;
}

function ourRoutes(cluster: Cluster): number {
  return cluster
    .list<VirtualService>('VirtualService')
    .flatMap(({ spec }) => spec.http ?? [])
    .filter(({ name }) => name?.startsWith('dynamic-environment-')).length;
}

/** Sends a request without and one with the header to the backend, and says where each goes. */
function sendBoth(
  cluster: Cluster,
  say: (text: string) => void,
  wanted: { plain: string; marked: string },
): void {
  for (const [headers, text, version] of [
    [{}, 'without the header', wanted.plain],
    [{ user: 'test-user' }, 'with user: test-user', wanted.marked],
  ] as const) {
    const reached = send(cluster, headers);
    claim(reached === version, `GET http://backend/ ${text} goes to ${version}, not to ${reached}`);
    say(`GET http://backend/ ${text.padEnd(20)} → version ${reached}`);
  }
}

/** The version that answers, judged by Istio's rules on the objects in the cluster. */
function send(cluster: Cluster, headers: Record<string, string>): string {
  const host = `backend.${NAMESPACE}.svc.${DOMAIN}`;
  const outcome = evaluate(
    {
      host,
      method: 'GET',
      scheme: 'http',
      authority: 'backend',
      path: '/',
      headers,
      gateway: 'mesh',
      sourceNamespace: NAMESPACE,
    },
    {
      clusterDomain: DOMAIN,
      virtualServices: cluster.list<VirtualService>('VirtualService'),
      destinationRules: cluster.list<DestinationRule>('DestinationRule'),
      services: cluster.list<Service>('Service').map(({ metadata, spec }) => ({
        host: `${metadata.name}.${metadata.namespace}.svc.${DOMAIN}`,
        namespace: metadata.namespace ?? '',
        ...(spec?.selector === undefined ? {} : { selector: spec.selector }),
      })),
    },
  );
  if (outcome.kind !== 'destinations') return outcome.kind;
  return outcome.destinations
    .map(({ labels, unavailable }) => unavailable ?? labels?.['version'] ?? 'any')
    .join(', ');
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '          ');
}

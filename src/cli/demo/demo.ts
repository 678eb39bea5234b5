import { fileURLToPath } from 'node:url';
import type { DynamicEnv } from '../../api/dynamicenv.ts';
import { DECISION_FLAGS } from '../../config.ts';
import { loadValidator } from '../../crds.ts';
import { readFlags } from '../../flags.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { DYNAMIC_ENV_CRD } from '../../kinds/dynamicenv/kind.ts';
import { compare, countOf, unifiedDiff } from '../common/compare.ts';
import { loadManifests } from '../common/manifests.ts';
import { startSimulation } from '../common/simulation.ts';
import { type Snapshot, snapshot } from '../common/snapshot.ts';
import { type Output, paintDiff } from '../common/terminal.ts';
import {
  claim,
  type DemoContext,
  hasObject,
  ourRoutes,
  sendBoth,
  stateOf,
  told,
  until,
  voiceOf,
} from './context.ts';

const SHOP = fileURLToPath(new URL('../../../examples/shop/', import.meta.url));

/** Shows the life of a DynamicEnv on a small shop. Every statement is checked on the cluster. Exit code 1: one is not true. */
export function demo(output: Output): Promise<number> {
  return told(() => tell(output), output);
}

async function tell(output: Output): Promise<void> {
  const dynamicEnv = await loadValidator(DYNAMIC_ENV_CRD);
  const manifests = await loadManifests([SHOP], { DynamicEnv: dynamicEnv });
  const objects = manifests.map(({ object }) => object);
  const env = objects.find(({ kind }) => kind === 'DynamicEnv') as DynamicEnv;
  const shop = objects.filter(({ kind }) => kind !== 'DynamicEnv');
  const config = readFlags(DECISION_FLAGS, [], {});
  const { cluster } = await startSimulation(config, { strategy: 'server-side-apply' });
  for (const object of shop) await cluster.as('team').create(object);
  await cluster.settle();
  const before = snapshot(cluster.all());
  const { write } = output;
  const context: DemoContext = {
    cluster,
    name: env.metadata.name,
    ...voiceOf(cluster, output),
  };

  write('This is the real service, on an in-memory cluster with a virtual clock.\n\n');
  context.title(
    'A shop with a front-end and a backend. Everybody uses the same versions (examples/shop)',
  );
  sendBoth(context, { plain: 'shared', marked: 'shared' });
  await apply(env, context);
  showChanges(before, context, output);
  await rewrite(shop, context);
  await remove(config.drainSeconds, context);
  await cluster.settle();
  const differences = countOf(compare(before, snapshot(cluster.all())));
  claim(differences === 0, `nothing is left over, but there are ${differences} differences`);
  write(`\n${differences} differences from the start\n`);
}

async function apply(env: DynamicEnv, context: DemoContext): Promise<void> {
  const { cluster, name, title, say } = context;
  title(
    `\nA developer applies DynamicEnv ${name}. It is for requests with the header user: test-user`,
  );
  await cluster.as('developer').apply(env);
  await cluster.advance(0.5);
  const clone = `backend-${name}`;
  claim(hasObject(context, 'Deployment', clone), `Deployment ${clone} exists`);
  claim(hasObject(context, 'DestinationRule', clone), `a DestinationRule for ${clone} exists`);
  say(`Deployment ${clone} and a DestinationRule with its subset are created. The pods start.`);
  claim(ourRoutes(cluster) === 0, 'no route leads to pods that are not ready');
  say('There is no route yet: the pods are not ready.');
  await until(cluster, () => ourRoutes(cluster) > 0, 'the routes are added');
  const routes = ourRoutes(cluster);
  say(
    `The pods are ready, and the proxies know the subset. ${routes} routes are added to VirtualService shop/backend.`,
  );
  await until(cluster, () => stateOf(context) === 'ready', 'the env becomes ready');
  say(`DynamicEnv ${name} is ready.`);
  sendBoth(context, { plain: 'shared', marked: name });
}

/** Shows that routes were added to the VirtualService, and that no line of it was changed. */
function showChanges(before: Snapshot, { cluster }: DemoContext, { write, paint }: Output): void {
  for (const change of compare(before, snapshot(cluster.all())).changed) {
    const diff = unifiedDiff(change.key, change.before, change.after);
    claim(!/^-(?!--)/m.test(diff), `every line of ${change.key} is as it was`);
    write(
      `\n          The change of the VirtualService. Lines are added; no line is changed or removed:\n`,
    );
    write(`${paintDiff(diff, paint).replaceAll(/^(?=.)/gm, '          ')}\n`);
  }
}

async function rewrite(shop: readonly KubeObject[], context: DemoContext): Promise<void> {
  const { cluster, name, title, say } = context;
  title('\nA GitOps tool writes the VirtualService again, as it is in Git: without these routes');
  const manifest = shop.find(
    ({ kind, metadata }) => kind === 'VirtualService' && metadata.name === 'backend',
  ) as KubeObject;
  const routes = ourRoutes(cluster);
  await cluster.as('gitops').replace(manifest);
  claim(ourRoutes(cluster) === routes, 'the same write has the routes');
  say(`The ${routes} routes were put back in the same write. There was no moment without them.`);
  sendBoth(context, { plain: 'shared', marked: name });
}

async function remove(drainSeconds: number, context: DemoContext): Promise<void> {
  const { cluster, name, title, say } = context;
  const clone = `backend-${name}`;
  title(`\nThe developer deletes DynamicEnv ${name}`);
  await cluster.as('developer').delete('DynamicEnv', undefined, name);
  await until(cluster, () => ourRoutes(cluster) === 0, 'the routes are removed');
  claim(hasObject(context, 'Deployment', clone), 'the pods stay longer than the routes');
  say('The routes are removed first. Requests in flight still reach their pods.');
  sendBoth(context, { plain: 'shared', marked: 'shared' });
  await until(cluster, () => stateOf(context) === undefined, 'the env is deleted');
  claim(!hasObject(context, 'Deployment', clone), `Deployment ${clone} is gone`);
  say(`After the drain time (${drainSeconds} s) the clone, its subset and the env are deleted.`);
}

import type { DynamicEnv } from '../../api/dynamicenv.ts';
import { compare, countOf } from '../common/compare.ts';
import { type Snapshot, snapshot } from '../common/snapshot.ts';
import type { Output } from '../common/terminal.ts';
import { claim, stateOf, told, until } from './context.ts';
import { startVersionsDemo, type VersionsDemo } from './virtual-environment-cluster.ts';

const FEATURE = 'stock-dev-proj1-feature1';
const SUBSET = 'dev-proj1-feature1';

/** Tells how requests find the version that they ask for, or the nearest one above it. Exit code 1: a statement is not true. */
export function virtualEnvironment(output: Output): Promise<number> {
  return told(() => tell(output), output);
}

async function tell(output: Output): Promise<void> {
  const demo = await startVersionsDemo(output);
  const before = snapshot(demo.cluster.all());
  output.write('This is the real service, on an in-memory cluster with a virtual clock.\n\n');
  await without(demo);
  await create(demo);
  table(demo);
  await announce(demo);
  await goAndComeBack(demo);
  await crash(demo);
  await withEnv(demo);
  await end(demo, before, output);
}

async function without(demo: VersionsDemo): Promise<void> {
  demo.title(
    'storefront calls orders, which calls stock. Pods say by a label which version they are (examples/virtual-environment)',
  );
  demo.request(undefined, [
    'dev or dev.proj1',
    'dev or dev.proj2',
    'dev or dev.proj1 or dev.proj1.feature1',
  ]);
  demo.say('Each Service sends requests to the pods of all its versions.');
}

async function create({ cluster, apply, environment, ...demo }: VersionsDemo): Promise<void> {
  demo.title(
    '\nThe team applies a VirtualEnvironment: the header is X-Virtual-Env, the default is dev',
  );
  await apply(environment);
  await cluster.advance(0.5);
  claim(demo.subsets('stock').includes(SUBSET), `DestinationRule stock has subset ${SUBSET}`);
  claim(
    demo.routed('stock').length === 0,
    'no route leads to subsets that proxies do not know yet',
  );
  demo.say(
    'Each Service gets a DestinationRule with a subset for each version. There are no routes yet.',
  );
  await until(cluster, () => demo.routed('stock').length > 0, 'the routes come');
  demo.say('Every proxy knows the subsets. Each Service gets a VirtualService with the routes.');
  await demo.ready();
}

function table(demo: VersionsDemo): void {
  demo.title('\nA version that a service does not have is answered by the one above it');
  demo.request('dev.proj1', ['dev.proj1', 'dev', 'dev.proj1']);
  demo.request('dev.proj1.feature1', ['dev.proj1', 'dev', 'dev.proj1.feature1']);
  demo.request('dev.proj2', ['dev', 'dev.proj2', 'dev']);
  demo.request('dev', ['dev', 'dev', 'dev']);
  demo.request(undefined, ['dev', 'dev', 'dev']);
  const got = demo.got();
  claim(got.join() === ',dev,dev', `orders and stock get the header dev, not ${got}`);
  demo.say(
    'The last one had no header. The proxy of storefront has added the version of its pod: dev.',
  );
  demo.request('dev.proj1.feature1.me', ['dev.proj1', 'dev', 'dev.proj1.feature1']);
  demo.request('dev.proj15', ['dev', 'dev', 'dev']);
}

async function announce(demo: VersionsDemo): Promise<void> {
  const { cluster, routed, subsets } = demo;
  demo.title(
    '\ndev.proj1.feature1 is merged. Its pipeline announces that the pods are about to go',
  );
  await demo.apply(demo.leaving(FEATURE));
  await until(cluster, () => !routed('stock').includes(SUBSET), 'its routes leave');
  claim(subsets('stock').includes(SUBSET), 'its subset is still there');
  demo.say(
    'Its routes leave at once. The pods and the subset are still there for requests in flight.',
  );
  demo.request('dev.proj1.feature1', ['dev.proj1', 'dev', 'dev.proj1']);
  await cluster.advance(demo.drainSeconds);
  await demo.remove(demo.deployment(FEATURE));
  await until(cluster, () => !subsets('stock').includes(SUBSET), 'its subset leaves');
  demo.say('The pods are deleted, and then the subset. dev.proj1 answers.');
  demo.request('dev.proj1.feature1', ['dev.proj1', 'dev', 'dev.proj1']);
}

async function goAndComeBack(demo: VersionsDemo): Promise<void> {
  const { cluster, routed } = demo;
  demo.title('\nThe developer deploys it again');
  await demo.apply(demo.deployment(FEATURE));
  await cluster.advance(1);
  claim(!routed('stock').includes(SUBSET), 'no route leads to pods that are not ready');
  demo.say('The pods start. Until they are ready, dev.proj1 answers.');
  demo.request('dev.proj1.feature1', ['dev.proj1', 'dev', 'dev.proj1']);
  await until(cluster, () => routed('stock').includes(SUBSET), 'its routes come back');
  demo.say('They are ready, and every proxy knows the subset.');
  demo.request('dev.proj1.feature1', ['dev.proj1', 'dev', 'dev.proj1.feature1']);
}

async function crash(demo: VersionsDemo): Promise<void> {
  const { cluster, routed } = demo;
  demo.title('\nThe pods of orders in dev.proj2 crash');
  const recover = cluster.faults.crash('store', 'orders-dev-proj2');
  await until(cluster, () => !routed('orders').includes('dev-proj2'), 'its routes leave');
  demo.request('dev.proj2', ['dev', 'dev', 'dev']);
  recover();
  await until(cluster, () => routed('orders').includes('dev-proj2'), 'its routes come back');
  demo.say('They are ready again.');
  demo.request('dev.proj2', ['dev', 'dev.proj2', 'dev']);
  await demo.ready();
}

/** A DynamicEnv for the default version of orders. */
const ENV = {
  apiVersion: 'riskified.com/v1alpha1',
  kind: 'DynamicEnv',
  metadata: { name: 'alice' },
  spec: {
    istioMatches: [{ headers: { user: { exact: 'alice' } } }],
    subsets: [
      {
        name: 'orders-dev',
        namespace: 'store',
        containers: [{ containerName: 'orders', image: 'registry.example.com/store/orders:alice' }],
      },
    ],
  },
} satisfies DynamicEnv;

async function withEnv(demo: VersionsDemo): Promise<void> {
  const { cluster } = demo;
  const name = ENV.metadata.name;
  demo.title('\nA DynamicEnv clones orders of dev for requests with user: alice');
  await demo.apply(ENV);
  await until(cluster, () => stateOf({ cluster, name }) === 'ready', 'the DynamicEnv is ready');
  const user = { user: 'alice' };
  demo.request('dev.proj1', ['dev.proj1', 'alice', 'dev.proj1'], user);
  demo.request('dev.proj2', ['dev', 'dev.proj2', 'dev'], user);
  demo.request('dev.proj1', ['dev.proj1', 'dev', 'dev.proj1']);
  demo.say('The clone answers where orders of dev would have answered. Nobody else reaches it.');
  await demo.remove(ENV);
  await until(cluster, () => stateOf({ cluster, name }) === undefined, 'the DynamicEnv is deleted');
}

async function end(demo: VersionsDemo, before: Snapshot, output: Output): Promise<void> {
  const { cluster, routed, subsets, drainSeconds } = demo;
  demo.title('\nThe team deletes the VirtualEnvironment');
  await demo.remove(demo.environment);
  await until(cluster, () => routed('stock').length === 0, 'the routes leave');
  claim(subsets('stock').length === 3, 'the subsets stay longer than the routes');
  demo.say('The VirtualServices leave first. Requests in flight still reach their pods.');
  await until(cluster, () => subsets('stock').length === 0, 'the subsets leave');
  demo.say(`After the drain time (${drainSeconds} s) the DestinationRules leave.`);
  await cluster.settle();
  const differences = countOf(compare(before, snapshot(cluster.all())));
  claim(differences === 0, `nothing is left over, but there are ${differences} differences`);
  output.write(`\n${differences} differences from the start\n`);
}

import type { KubeObject } from '../../k8s/object.ts';
import { compare, countOf, unifiedDiff } from '../common/compare.ts';
import { isMerge } from '../common/merges.ts';
import { type Readable, type Snapshot, snapshot } from '../common/snapshot.ts';
import type { Output } from '../common/terminal.ts';
import { claim, told, UntrueError, until } from './context.ts';
import { type MergeDemo, startMergeDemo } from './merge-cluster.ts';

const FIRST = 'payment-service-mp-101';
const SECOND = 'payment-service-mp-1012';
const TARGET = 'VirtualService services/payment-service';
const WHOLE = '^(?:.*::)?payment-service:mp-101(?:::.*)?$';
/** Looks for the beginning of the name only. */
const LOOSE = '^(payment-service:mp-101.*|.*::payment-service:mp-101.*)$';

/** Tells how charts of branches add routes to the VirtualService of a stable version. Exit code 1: a statement is not true. */
export function merge(output: Output): Promise<number> {
  return told(() => tell(output), output);
}

async function tell(output: Output): Promise<void> {
  const demo = await startMergeDemo(output);
  output.write('This is the real service, on an in-memory cluster with a virtual clock.\n\n');
  demo.title(
    'The stable version of payment-service. Its chart installs a VirtualService with one route (examples/branches)',
  );
  demo.request(undefined, '1.4.0');
  demo.request('x-service-route: payment-service:mp-101', '1.4.0');
  const before = new Map(snapshot(demo.cluster.all()));
  await firstBranch(demo, before);
  await wholeNames(demo);
  await secondBranch(demo);
  await upgrade(demo, before);
  await mistake(demo);
  await removal(demo);
  await end(demo, before, output);
}

async function firstBranch(demo: MergeDemo, before: Snapshot): Promise<void> {
  demo.title(
    '\nA branch is deployed: a Deployment, a Service, and a VirtualServiceMerge with a route',
  );
  await deploy(demo, FIRST, (merge) => withText(merge, WHOLE, LOOSE));
  const changes = compare(before, snapshot(demo.cluster.all()));
  const [changed, ...more] = changes.changed;
  if (changed === undefined) throw new UntrueError(`${TARGET} is changed`);
  const isOnly = changed.key === TARGET && more.length === 0;
  claim(isOnly, `only ${TARGET} is changed, not ${[changed, ...more].map(({ key }) => key)}`);
  const diff = unifiedDiff(changed.key, changed.before, changed.after);
  claim(!/^-(?!--)/m.test(diff), `every line of ${TARGET} is as it was`);
  demo.say('Its route is in the VirtualService, whose own lines are as they were.');
  demo.request('x-service-route: payment-service:mp-101', 'mp-101');
  demo.request('x-service-route: cart-service:rc::payment-service:mp-101', 'mp-101');
  demo.request(undefined, '1.4.0');
}

/** Deploys a branch: its pods first, so that its route never leads to pods that are not ready. `change`: of its merge. */
async function deploy(
  demo: MergeDemo,
  name: string,
  change = (object: KubeObject) => object,
): Promise<void> {
  const objects = await demo.release(`manifests-merge/${name}.yaml`);
  await demo.apply(objects.filter((object) => !isMerge(object)));
  await demo.available(name);
  await demo.apply(objects.filter(isMerge).map(change));
  await demo.merged(name);
}

/** The object with another text in all its members. The text must be there. */
function withText(object: KubeObject, from: string, to: string): KubeObject {
  const json = JSON.stringify(object);
  claim(json.includes(from), `${object.metadata.name} contains ${from}`);
  return JSON.parse(json.replaceAll(from, to)) as KubeObject;
}

async function wholeNames(demo: MergeDemo): Promise<void> {
  demo.title(
    '\nThe regex of its match looks for the beginning of a name. So it also takes requests for other branches',
  );
  demo.request('x-service-route: payment-service:mp-1012', 'mp-101');
  await applyMerge(demo, FIRST);
  demo.say('The regex is corrected: it matches whole names.');
  demo.request('x-service-route: payment-service:mp-1012', '1.4.0');
  demo.request('x-service-route: payment-service:mp-101', 'mp-101');
}

/** Applies the merge of a branch as it is in the example. */
async function applyMerge(demo: MergeDemo, name: string): Promise<void> {
  const objects = await demo.release(`manifests-merge/${name}.yaml`);
  await demo.apply(objects.filter(isMerge));
  await demo.merged(name);
}

async function secondBranch(demo: MergeDemo): Promise<void> {
  demo.title('\nThe branch mp-1012 is deployed, too');
  await deploy(demo, SECOND);
  demo.request('x-service-route: payment-service:mp-1012', 'mp-1012');
  demo.request('x-service-route: payment-service:mp-101', 'mp-101');
  demo.request('x-source-route: mp-101', 'mp-101');
  demo.request('x-service-route: payment-service:mp-7', '1.4.0');
}

/** What the upgrade changes of the stable version is no difference at the end. */
async function upgrade(demo: MergeDemo, before: Map<string, Readable>): Promise<void> {
  const { cluster, routes } = demo;
  demo.title(
    '\nHelm upgrades the stable version, and writes the VirtualService as it is in the chart',
  );
  for (const object of await demo.release('manifests/payment-service-promoted.yaml')) {
    if (object.kind !== 'VirtualService') await demo.apply([object]);
    else await cluster.as('helm').replace(object);
    claim(routes().length === 2, `the routes of both branches are there after ${object.kind}`);
  }
  demo.say('The routes were put back in the same write. There was no moment without them.');
  await demo.available('payment-service');
  demo.request(undefined, '1.5.0');
  demo.request('x-service-route: payment-service:mp-101', 'mp-101');
  demo.request('x-service-route: payment-service:mp-1012', 'mp-1012');
  const key = 'Deployment services/payment-service';
  const upgraded = snapshot(cluster.all()).get(key);
  if (upgraded === undefined) throw new UntrueError(`${key} exists`);
  before.set(key, upgraded);
}

async function mistake(demo: MergeDemo): Promise<void> {
  demo.title('\nThe next version of the merge of mp-101 has a mistake: the port is a text');
  const count = demo.cluster.history.length;
  const objects = await demo.release(`manifests-merge/${FIRST}.yaml`);
  const wrong = objects
    .filter(isMerge)
    .map((object) => withText(object, '"number":80', '"number":"80"'));
  await demo.apply(wrong);
  const { message } = await demo.refused(FIRST);
  const field = 'spec.patch.http[0].route[0].destination.port.number';
  claim(message.includes(field), `the status names ${field}, and says: ${message}`);
  demo.say(`Its status names the field: ${field}`);
  await demo.cluster.settle();
  const written = demo.cluster.history.slice(count).filter(({ key }) => key === TARGET);
  claim(written.length === 0, `${TARGET} is not written, but there are ${written.length} writes`);
  demo.say('The VirtualService is not touched. The route of the version before stays.');
  demo.request('x-service-route: payment-service:mp-101', 'mp-101');
  demo.request('x-service-route: payment-service:mp-1012', 'mp-1012');
  demo.request(undefined, '1.5.0');
}

async function removal(demo: MergeDemo): Promise<void> {
  demo.title('\nThe branch mp-101 is removed: first its merge, then its pods');
  await remove(demo, FIRST);
  claim(demo.routes().join() === SECOND, `its route is gone: ${demo.routes()}`);
  const left = demo.cluster.all().filter(({ metadata }) => metadata.name === FIRST);
  claim(left.length === 0, `nothing of ${FIRST} is left: ${left.map(({ kind }) => kind)}`);
  demo.request('x-service-route: payment-service:mp-101', '1.5.0');
  demo.request('x-service-route: payment-service:mp-1012', 'mp-1012');
}

async function remove(demo: MergeDemo, name: string): Promise<void> {
  const objects = await demo.release(`manifests-merge/${name}.yaml`);
  await demo.remove(objects.filter(isMerge));
  await until(demo.cluster, () => !demo.routes().includes(name), `the route of ${name} is removed`);
  await demo.remove(objects.filter((object) => !isMerge(object)));
  await demo.cluster.settle();
}

async function end(demo: MergeDemo, before: Snapshot, output: Output): Promise<void> {
  demo.title('\nSo is the branch mp-1012');
  await remove(demo, SECOND);
  demo.request('x-service-route: payment-service:mp-1012', '1.5.0');
  const differences = countOf(compare(before, snapshot(demo.cluster.all())));
  claim(differences === 0, `nothing is left over, but there are ${differences} differences`);
  output.write(`\n${differences} differences from the start, but for the upgraded version\n`);
}

import { RENEWED_ANNOTATION } from '../../api/marks.ts';
import { rfc3339 } from '../../k8s/time.ts';
import { refOfBranch } from '../../refs/branch-ref.ts';
import { compare, countOf, unifiedDiff } from '../common/compare.ts';
import { type Readable, snapshot } from '../common/snapshot.ts';
import type { Output } from '../common/terminal.ts';
import { type BranchesDemo, startBranches } from './branches-cluster.ts';
import { claim, told, UntrueError } from './context.ts';

const TICKET_PAYMENT = 'payment-service-mp-101';
const TICKET_CART = 'cart-service-mp-101';
const OTHER_CART = 'cart-service-mp-102';
const CANDIDATE = 'payment-service-rc';

/** Tells how a team works in branches, with the objects of examples/branches. Exit code 1: a statement is not true. */
export function branches(output: Output): Promise<number> {
  return told(() => tell(output), output);
}

async function tell(output: Output): Promise<void> {
  const demo = await startBranches(['payment-service', 'cart-service', 'web'], output);
  output.write('This is the real service, on an in-memory cluster with a virtual clock.\n\n');
  demo.title('The stable versions of two services (examples/branches). Each has one route');
  demo.request(undefined, '1.4.0', '2.0.1');
  const before = new Map(snapshot(demo.cluster.all()));
  await twoBranches(demo);
  await oneTicket(demo);
  link(demo);
  await candidate(demo);
  await promotion(demo, before);
  await expiry(demo);
  await renewal(demo);
  await end(demo);
  const differences = countOf(compare(before, snapshot(demo.cluster.all())));
  claim(differences === 0, `nothing is left over, but there are ${differences} differences`);
  output.write(`\n${differences} differences from the start, but for the promoted version\n`);
}

async function twoBranches({ title, say, deploy, ready, request, env }: BranchesDemo) {
  title('\nTwo pipelines deploy a branch each: of payment-service, and of cart-service');
  for (const name of [TICKET_PAYMENT, OTHER_CART]) {
    await deploy(name);
    const { metadata, spec } = env(name);
    const branch = metadata.annotations?.['branch'] ?? '';
    claim(spec.ref === refOfBranch(branch, false), `the ref of branch ${branch} is ${spec.ref}`);
    say(`Branch ${branch} is deployed under the ref ${spec.ref}`);
  }
  await ready(TICKET_PAYMENT, OTHER_CART);
  say('Their pods are ready, and their routes are there.');
  request('x-service-route: payment-service:mp-101', 'mp-101', '2.0.1');
  request('x-service-route: payment-service:mp-101::cart-service:mp-102', 'mp-101', 'mp-102');
  request('x-service-route: payment-service:mp-1012', '1.4.0', '2.0.1');
  request(undefined, '1.4.0', '2.0.1');
}

async function oneTicket({ title, deploy, ready, request }: BranchesDemo): Promise<void> {
  title(
    '\nTicket mp-101 has a branch of cart-service, too. It runs a Deployment of its own, not a clone',
  );
  await deploy(TICKET_CART);
  await ready(TICKET_CART);
  request('x-source-route: mp-101', 'mp-101', 'mp-101');
  request('x-source-route: mp-102', '1.4.0', 'mp-102');
  request('x-source-route: no-such-branch', '1.4.0', '2.0.1');
}

function link({ title, browse, env }: BranchesDemo): void {
  title('\nA link shows the branches of the ticket in a browser. It sets a cookie');
  const [address = ''] = env(TICKET_PAYMENT).status?.links ?? [];
  const home = 'https://shop.dev.example.com/';
  claim(address === `${home}?x-source-route=mp-101`, `the link is not ${address}`);
  const cookie = browse(address, undefined, 'mp-101', 'mp-101');
  claim(cookie !== undefined, 'the link sets a cookie');
  browse(home, cookie, 'mp-101', 'mp-101');
  browse(home, undefined, '1.4.0', '2.0.1');
}

async function candidate({ title, deploy, ready, request }: BranchesDemo): Promise<void> {
  title('\nThe next release of payment-service is deployed as a candidate, under the ref rc');
  await deploy(CANDIDATE);
  await ready(CANDIDATE);
  request('x-service-route: payment-service:rc', '1.5.0', '2.0.1');
  request(undefined, '1.4.0', '2.0.1');
}

/** What the promotion changes of the stable version is no difference at the end. */
async function promotion(
  { title, say, deploy, destroy, request, cluster, available }: BranchesDemo,
  before: Map<string, Readable>,
): Promise<void> {
  title(
    '\nThe candidate is promoted: the stable version is updated, then the candidate and its route go',
  );
  await deploy('payment-service-promoted');
  await available('payment-service');
  request(undefined, '1.5.0', '2.0.1');
  await destroy(CANDIDATE);
  say('The ref rc is unknown now, so the stable version answers.');
  request('x-service-route: payment-service:rc', '1.5.0', '2.0.1');
  request('x-source-route: mp-101', 'mp-101', 'mp-101');
  const key = 'Deployment services/payment-service';
  const [old, promoted] = [before.get(key), snapshot(cluster.all()).get(key)];
  if (old === undefined || promoted === undefined) throw new UntrueError(`${key} exists`);
  const lines = unifiedDiff(key, old, promoted).match(/^[-+] .*/gm) ?? [];
  claim(lines.length === 2, `the promotion changes the image only, not ${lines.join()}`);
  before.set(key, promoted);
}

async function expiry({ title, say, request, env, deployments, cluster }: BranchesDemo) {
  const names = [TICKET_PAYMENT, OTHER_CART, TICKET_CART];
  const stateIs = (state: string) => {
    for (const name of names) claim(env(name).status?.state === state, `${name} is ${state}`);
  };
  const ends = names.map((name) => Date.parse(env(name).status?.expiresAt ?? ''));
  const secondsTo = (time: number) => (time - cluster.now().getTime()) / 1000;
  title(`\nNobody pushes to the branches any more. Their ttl is ${env(TICKET_PAYMENT).spec.ttl}`);
  await cluster.advance(secondsTo(Math.min(...ends)) - 5);
  stateIs('ready');
  request('x-source-route: mp-101', 'mp-101', 'mp-101');
  await cluster.advance(secondsTo(Math.max(...ends)) + 60);
  stateIs('expired');
  const left = deployments().join(', ');
  const wanted = `cart-service, ${TICKET_CART}, payment-service, web`;
  claim(left === wanted, `only ${wanted} still run, but there are ${left}`);
  say('They are expired: their routes and clones are gone. Only the own Deployment is left alone.');
  request('x-source-route: mp-101', '1.5.0', '2.0.1');
}

async function renewal({ title, deploy, ready, request, cluster }: BranchesDemo): Promise<void> {
  title('\nA push to feature/mp-101-new-form renews the branch');
  const renewed = { [RENEWED_ANNOTATION]: rfc3339(cluster.now()) };
  await deploy(TICKET_PAYMENT, renewed);
  await ready(TICKET_PAYMENT);
  request('x-source-route: mp-101', 'mp-101', '2.0.1');
}

async function end({ title, destroy, request, cluster }: BranchesDemo): Promise<void> {
  title('\nThe branches are merged, and their pipelines remove them');
  for (const name of [TICKET_PAYMENT, OTHER_CART, TICKET_CART]) await destroy(name);
  await cluster.settle();
  request('x-source-route: mp-101', '1.5.0', '2.0.1');
}

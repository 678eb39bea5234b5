import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { Environment } from '../../api/environment.ts';
import { compare, countOf } from '../common/compare.ts';
import { snapshot } from '../common/snapshot.ts';
import type { Output } from '../common/terminal.ts';
import { claim, isRunning, stateOf, told, until } from './context.ts';
import { type EnvironmentsDemo, startEnvironmentsDemo } from './environments-cluster.ts';

const SANDBOX = 'payments with payments-sandbox.data';
const DEV = `storefront flag off, orders 1.0.0 with dev-db.data, ${SANDBOX}; 6 of 6 shared`;

/** What answers in qa. `tag`: the version of orders. */
function qa(tag: string, flag = 'on', shared = 4): string {
  return `storefront flag ${flag}, orders ${tag} with qa-db.data, ${SANDBOX}; ${shared} of 6 shared`;
}

function uat(tag: string, flag = 'on', shared = 3): string {
  return `storefront flag ${flag}, orders ${tag} with uat-db.data, payments with payments-uat.data; ${shared} of 6 shared`;
}

/** Tells how developers overlay configuration on what is deployed. Exit code 1: a statement is not true. */
export function environments(output: Output): Promise<number> {
  return told(() => tell(output), output);
}

async function tell(output: Output): Promise<void> {
  const demo = await startEnvironmentsDemo(output);
  output.write('This is the real service, on an in-memory cluster with a virtual clock.\n\n');
  start(demo);
  await inQa(demo);
  await colleague(demo);
  await move(demo);
  await both(demo);
  await edit(demo);
  await end(demo, output);
}

function start(demo: EnvironmentsDemo): void {
  demo.title(
    'Six services run with the values of dev. There are three Environments: dev ← qa ← uat (examples/environments)',
  );
  demo.request(undefined, DEV);
}

async function inQa(demo: EnvironmentsDemo): Promise<void> {
  demo.title('\nPolina tries her version of orders in environment qa, and lists nothing else');
  await demo.apply(demo.env('polina', {}));
  await demo.ready('polina');
  const { unique = [], shared } = demo.live('polina').status?.configuration ?? {};
  claim(unique.join() === 'market/storefront', `storefront is unique, not ${unique.join()}`);
  claim(shared === 4, `four services are shared, not ${shared}`);
  demo.say(
    'storefront reads the feature flag of qa, so it got a clone, too. Four of six are shared.',
  );
  demo.request('polina', qa('polina'));
  demo.request(undefined, DEV);
}

async function colleague(demo: EnvironmentsDemo): Promise<void> {
  demo.title('\nQiao works on orders, too, with a flag of his own');
  const subsets = withImage(demo, 'qiao');
  await demo.apply(demo.env('qiao', { subsets, vars: { FEATURE_CHECKOUT: 'new' } }));
  await demo.ready('qiao');
  demo.request('qiao', qa('qiao', 'new'));
  demo.request('polina', qa('polina'));
  demo.request(undefined, DEV);
}

async function move({ cluster, ...demo }: EnvironmentsDemo): Promise<void> {
  demo.title('\nPolina moves to uat: payments must differ there, too');
  await demo.apply(demo.env('polina', { environment: 'uat' }));
  await demo.answered(
    ['polina', 'qiao'],
    () => cluster.get('Deployment', 'market', 'payments-polina') !== undefined,
    'the clone of payments comes',
  );
  claim(!isRunning(cluster, 'market', 'payments-polina'), 'the pods of payments still start');
  demo.request('polina', qa('polina'));
  demo.say('The clone of payments comes first. Until it has its routes, the others stay in qa.');
  await demo.answered(
    ['polina', 'qiao'],
    () => isInUat({ ...demo, cluster }),
    'all clones have the configuration of uat',
  );
  await demo.ready('polina');
  demo.say('Then the pods of the other two restart. Every request was answered meanwhile.');
  demo.request('polina', uat('polina'));
  demo.request('qiao', qa('qiao', 'new'));
}

function isInUat({ cluster, live }: EnvironmentsDemo): boolean {
  const { metadata, status } = live('polina');
  return (
    stateOf({ cluster, name: 'polina' }) === 'ready' &&
    status?.observedGeneration === metadata.generation
  );
}

async function both(demo: EnvironmentsDemo): Promise<void> {
  demo.title('\nShe runs it in both at once, and the prior version of orders in uat beside it');
  const subsets = withImage(demo, 'polina');
  await demo.apply(demo.env('polina-qa', { subsets }));
  const { spec, ...prior } = demo.env('prior', { environment: 'uat' });
  const { subsets: _none, ...withoutVersion } = spec;
  await demo.apply({ ...prior, spec: withoutVersion } as DynamicEnv);
  await demo.ready('polina', 'polina-qa', 'prior');
  demo.request('polina', uat('polina'));
  demo.request('polina-qa', qa('polina'));
  demo.request('prior', uat('1.0.0'));
}

async function edit({ cluster, ...demo }: EnvironmentsDemo): Promise<void> {
  demo.title('\nThe administrator turns the flag off in qa. uat has it from qa');
  const { spec, ...rest } = demo.environment('qa');
  const changed: Environment = {
    ...rest,
    spec: { ...spec, vars: { ...spec.vars, FEATURE_CHECKOUT: 'off' } },
  };
  await demo.apply(changed);
  const clones = () =>
    cluster.list('Deployment').filter(({ metadata }) => metadata.name.startsWith('storefront-'));
  await demo.answered(
    ['polina', 'polina-qa', 'qiao', 'prior'],
    () => clones().length === 1,
    'the clones of storefront leave that are as dev again',
  );
  demo.say('storefront is as everybody has it again, except for Qiao, who has his own value.');
  demo.request('polina-qa', qa('polina', 'off', 5));
  demo.request('polina', uat('polina', 'off', 4));
  demo.request('qiao', qa('qiao', 'new'));
  demo.request(undefined, DEV);
}

async function end({ cluster, before, ...demo }: EnvironmentsDemo, output: Output): Promise<void> {
  demo.title('\nAll DynamicEnvs are deleted, and then the Environments');
  const names = ['polina', 'polina-qa', 'prior', 'qiao'];
  for (const name of names) await demo.remove(demo.live(name));
  await until(
    cluster,
    () => names.every((name) => stateOf({ cluster, name }) === undefined),
    'the DynamicEnvs are deleted',
  );
  await cluster.settle();
  const used = cluster.get<Environment>('Environment', undefined, 'uat')?.status?.inUse;
  claim(used === false, 'nobody uses Environment uat');
  for (const name of ['uat', 'qa', 'dev']) await demo.remove(demo.environment(name));
  await cluster.settle();
  demo.request(undefined, DEV);
  const differences = countOf(compare(before, snapshot(cluster.all())));
  claim(differences === 0, `nothing is left over, but there are ${differences} differences`);
  output.write(`\n${differences} differences from the start\n`);
}

function withImage(demo: EnvironmentsDemo, tag: string) {
  return (demo.env('polina', {}).spec.subsets ?? []).map((subset) => ({
    ...subset,
    containers: [{ containerName: 'orders', image: `registry.example.com/market/orders:${tag}` }],
  }));
}

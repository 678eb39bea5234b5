import type { IstioMatch } from '../../../src/api/dynamicenv.ts';
import { controllersOf } from '../../../src/hooks/kind.ts';
import { type DecisionConfig, KINDS } from '../../../src/kinds/kinds.ts';
import {
  type Cluster,
  createCluster,
  type LocalClusterOptions,
} from '../../../src/simulator/cluster.ts';
import { WEBHOOKS } from '../../support/hooks.ts';
import { OWN_KINDS } from '../../support/own-kinds.ts';
import { watchHooks } from './check-hooks.ts';
import { writeLoops } from './check-rate.ts';
import { restProblems } from './check-rest.ts';
import { dynamicEnv, ENVS, type EnvName, matchesOf } from './env-choice.ts';
import { startFault } from './faults.ts';
import { firstObjects } from './manifests.ts';
import { createService } from './service.ts';
import { type Step, stepText } from './steps.ts';
import { isDestructive, tamper } from './tamper.ts';
import { createTwin, differences } from './twin.ts';
import { createNotebook, outcomeOf, type Write, writesOf } from './user.ts';
import { type Watch, watchWrites } from './watch-writes.ts';

export interface RunOptions {
  strategy: LocalClusterOptions['strategy'];
  podReadySeconds: number;
  drainSeconds: number;
  /** Delay of Metacontroller's cache of VirtualServices. */
  lagSeconds: number;
}

/** Limits for the number of writes. A correct run needs far fewer, and a write loop makes far more. */
const RATE = { perMinute: 60, perCause: 40 };

interface Run {
  cluster: Cluster;
  twin: Cluster;
  watch: Watch;
  user: string;
  /** Faults that are active, with the time at which they end (ms). */
  faults: { name: string; until: number; lift: () => void }[];
  matches: Map<EnvName, IstioMatch[]>;
  exempt: Set<EnvName>;
  causes: number[];
  /** When a step last changed what the clones should be (ms). */
  deed: { at: number };
  problems: string[];
  notebook: ReturnType<typeof createNotebook>;
}

/**
 * Runs the steps on a cluster with this system and on one without it. Throws with a description if something is wrong.
 */
export async function twinRun(steps: readonly Step[], options: RunOptions): Promise<void> {
  const run = createRun(options);
  for (const object of firstObjects()) await both(run, (cluster) => cluster.as().apply(object));
  await wait(run, 5);
  for (const [index, step] of steps.entries()) {
    await perform(run, step);
    report(run, steps, options, `after step ${index + 1} (${stepText(step)})`);
  }
  await rest(run);
  report(run, steps, options, 'at rest after the last step');
  await leave(run);
  report(run, steps, options, 'after all envs were deleted');
}

function createRun(options: RunOptions): Run {
  const problems: string[] = [];
  const { drainSeconds, lagSeconds } = options;
  const service = createService(() => cluster.now(), { drainSeconds });
  const user = service.config.metacontrollerUser;
  const hooks = watchHooks(
    service,
    () => cluster.now(),
    (problem) => problems.push(problem),
  );
  const shared = {
    strategy: options.strategy,
    podReadySeconds: options.podReadySeconds,
    controllers: controllersOf<DecisionConfig>(KINDS, service.config),
    webhooks: WEBHOOKS,
    served: OWN_KINDS,
  };
  const cluster: Cluster = createCluster({
    ...shared,
    inject: hooks.inject,
    metacontrollerUser: user,
    informerDelay: (kind) => (kind === 'VirtualService' ? lagSeconds * 1000 : 10),
  });
  const twin = createTwin(shared);
  const matches = new Map<EnvName, IstioMatch[]>();
  const exempt = new Set<EnvName>();
  const deed = { at: 0 };
  const faults: Run['faults'] = [];
  const watch = watchWrites(cluster, twin, {
    settleSeconds: service.config.settleSeconds,
    drainSeconds,
    lagSeconds,
    metacontrollerUser: user,
    matches: (env) => matches.get(env) ?? [],
    isExempt: (env) => exempt.has(env),
    lastDeed: () => deed.at,
    isWebhookLost: () => faults.some(({ name }) => name === 'webhook lost'),
    complain: (problem) => problems.push(problem),
  });
  const notebook = createNotebook();
  return {
    cluster,
    twin,
    watch,
    user,
    faults,
    matches,
    exempt,
    causes: [],
    deed,
    problems,
    notebook,
  };
}

function report(run: Run, steps: readonly Step[], options: RunOptions, when: string): void {
  if (run.problems.length === 0) return;
  const lines = steps.map((step, index) => `${index + 1}. ${stepText(step)}`);
  throw new Error(
    [`${when}:`, ...new Set(run.problems.slice(0, 5)), JSON.stringify(options), ...lines].join(
      '\n',
    ),
  );
}

/**
 * Writes to the twin first, so that it already has the expected content of the user's object when our write follows.
 */
async function both(run: Run, write: Write): Promise<void> {
  run.causes.push(run.cluster.now().getTime());
  const expected = await outcomeOf(write, run.twin);
  const outcome = await outcomeOf(write, run.cluster);
  if (outcome !== expected) {
    run.problems.push(
      `the user's write ends with ${outcome}, on the cluster without envs with ${expected}`,
    );
  }
}

async function wait(run: Run, seconds: number): Promise<void> {
  const end = run.cluster.now().getTime() + seconds * 1000;
  run.faults.sort((a, b) => a.until - b.until);
  for (let next = run.faults[0]; next !== undefined && next.until <= end; next = run.faults[0]) {
    await advanceTo(run, next.until);
    next.lift();
    run.causes.push(next.until);
    run.faults.shift();
  }
  await advanceTo(run, end);
}

async function advanceTo({ cluster, twin }: Run, time: number): Promise<void> {
  const seconds = Math.max(0, time - cluster.now().getTime()) / 1000;
  await twin.advance(seconds);
  await cluster.advance(seconds);
}

async function perform(run: Run, step: Step): Promise<void> {
  if (concernsClones(step)) run.deed.at = run.cluster.now().getTime();
  for (const write of writesOf(step, run.notebook)) await both(run, write);
  const { cluster } = run;
  switch (step.do) {
    case 'wait':
      return wait(run, step.seconds);
    case 'rest':
      return rest(run);
    case 'env':
      run.matches.set(step.env, [
        ...(run.matches.get(step.env) ?? []),
        ...(step.choice.wrong === 'match' ? [] : matchesOf(step.choice)),
      ]);
      return act(run, () => cluster.as().apply(dynamicEnv(step.env, step.choice)));
    case 'delete env':
      return act(run, () => cluster.as().delete('DynamicEnv', undefined, step.env));
    case 'suspend': {
      const { env, suspend } = step;
      return act(run, () =>
        cluster.as().patch('DynamicEnv', undefined, env, { spec: { suspend } }),
      );
    }
    case 'force removal':
      run.exempt.add(step.env);
      return act(run, () => forceRemoval(cluster, step.env));
    case 'fault': {
      const lift = startFault(cluster, step.fault, run.user);
      const until = cluster.now().getTime() + Math.round(step.seconds * 1000);
      run.faults.push({ name: step.fault, until, lift });
      run.causes.push(cluster.now().getTime());
      return undefined;
    }
    case 'tamper':
      if (isDestructive(step.what)) run.exempt.add(step.env);
      return act(run, () => tamper(cluster, step.what, step.env));
    default:
      return undefined;
  }
}

/** True if this step may be a reason to deactivate routes. Time, faults and changes of VirtualServices are not. */
function concernsClones(step: Step): boolean {
  if ('kind' in step) return step.kind !== 'VirtualService';
  return !['wait', 'rest', 'fault', 'save', 'restore'].includes(step.do);
}

async function forceRemoval(cluster: Cluster, env: EnvName): Promise<void> {
  const annotations = { 'riskified.com/force-removal': 'true' };
  await cluster.as().patch('DynamicEnv', undefined, env, { metadata: { annotations } });
  await cluster.as().delete('DynamicEnv', undefined, env);
}

/** Performs an action on the cluster only, not on its twin. */
async function act(run: Run, work: () => Promise<unknown>): Promise<void> {
  run.deed.at = run.cluster.now().getTime();
  run.causes.push(run.cluster.now().getTime());
  await outcomeOf(work, run.cluster);
}

/** The longest delay of a retry after many failures (default rate limiter of client-go), plus two resyncs. */
const PATIENCE_SECONDS = 1000 + 2 * 60;

/** Ends all faults, and waits until no more writes follow. */
async function rest(run: Run): Promise<void> {
  for (const { lift } of run.faults.splice(0)) lift();
  await wait(run, 180);
  const { seconds, quiet } = await run.cluster.settle({ maxSeconds: PATIENCE_SECONDS });
  if (!quiet)
    run.problems.push(`the cluster is not idle: there are writes until ${seconds} s after`);
  await catchUp(run);
  const writes = run.cluster.history.length;
  await wait(run, 125);
  const more = run.cluster.history.slice(writes).filter(({ user }) => user === run.user);
  run.problems.push(
    ...more.map(({ key, time }) => `idle resyncs write ${key} at ${time}`),
    ...restProblems(run.watch.mirror, (env) => run.matches.get(env) ?? []),
  );
}

async function catchUp({ cluster, twin }: Run): Promise<void> {
  const behind = cluster.now().getTime() - twin.now().getTime();
  await twin.advance(Math.max(0, behind) / 1000);
}

async function leave(run: Run): Promise<void> {
  const { cluster, twin } = run;
  for (const env of ENVS) await act(run, () => cluster.as().delete('DynamicEnv', undefined, env));
  await wait(run, 60);
  await cluster.settle({ maxSeconds: 1800 });
  await catchUp(run);
  run.problems.push(
    ...differences(cluster, twin),
    ...writeLoops(cluster.history, run.causes, run.user, RATE),
  );
}

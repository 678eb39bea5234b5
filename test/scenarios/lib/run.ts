import { isMap, type LocalObject } from '../../../src/simulator/object.ts';
import type { Driver, FaultSpec } from './driver.ts';
import { type Expectations, goesElsewhere, unmet } from './expectations.ts';
import { failure } from './failure.ts';
import type { RequestSpec } from './request.ts';
import { loadFixture, type Scenario, type Step } from './scenario.ts';
import { type Snapshot, snapshot, snapshotDifferences } from './snapshot.ts';
import { actionOf, seconds } from './step.ts';
import { write } from './writes.ts';

const POLL_SECONDS = 0.25;
const PATIENCE = '60s';
/**
 * Seconds that a cluster is watched at the end: enough for writes that follow from earlier changes, then for two
 * periodic resyncs.
 */
const REST_SECONDS = 15;
const QUIET_SECONDS = 125;

interface Stage {
  driver: Driver;
  /** All objects after the fixtures in `given` were applied. */
  start: Snapshot;
  lifts: (() => Promise<void>)[];
  /** The first problems that the checks of `always` found. */
  broken: string[];
  unwatch: () => void;
}

type Check = (objects: readonly LocalObject[]) => string[];

/** Runs a scenario. The error names the step that failed, with the differences. */
export async function runScenario(scenario: Scenario, driver: Driver): Promise<void> {
  for (const object of (await Promise.all(scenario.given.map(loadFixture))).flat()) {
    await driver.write('apply', object, {});
  }
  await poll(driver, basesReady, 60);
  const start = snapshot(await driver.objects());
  const stage: Stage = { driver, start, lifts: [], broken: [], unwatch: () => undefined };
  for (const step of scenario.steps) await play(step, stage);
  stage.unwatch();
}

/** Throws if the cluster is written although nothing happens, after a scenario that ended all its faults. */
export async function mustBeQuiet({ steps }: Scenario, driver: Driver): Promise<void> {
  const lastFault = steps
    .map(({ words }) => words['fault'])
    .findLast((fault) => fault !== undefined);
  if (lastFault !== undefined && lastFault !== 'none') return;
  const problems = await disquiet(driver);
  if (problems.length > 0) throw new Error(['after the last step:', ...problems].join('\n'));
}

const basesReady: Check = (objects) =>
  objects
    .filter(({ kind }) => kind === 'Deployment')
    .filter(({ spec, status }) => status?.['availableReplicas'] !== (spec?.['replicas'] ?? 1))
    .map(({ metadata }) => `Deployment ${metadata.name} is not available`);

async function play(step: Step, stage: Stage): Promise<void> {
  const action = actionOf(step.words, `line ${step.line}`);
  const problems = await (PLAYERS[action] ?? playWrite)(step.words, stage).catch((error: Error) => [
    error.message,
  ]);
  const all = [...problems, ...stage.broken];
  if (all.length === 0) return;
  stage.unwatch();
  throw await failure(step, action, all, stage.driver);
}

type Player = (words: Step['words'], stage: Stage) => Promise<string[]>;

const playWrite: Player = async (words, { driver }) => {
  await write(driver, actionOf(words, ''), words);
  return [];
};

const PLAYERS: Partial<Record<string, Player>> = {
  expect: async ({ expect, except }, stage) => {
    const { driver, start } = stage;
    if (expect === 'quiet') return disquiet(driver);
    if (isMap(expect) && 'Event' in expect) return unheard(driver, String(expect['Event']));
    if (expect !== 'unchanged') return unmet(expect as Expectations, await driver.objects());
    const now = snapshot(await driver.objects());
    return snapshotDifferences(start, now, [except ?? []].flat().map(String));
  },
  wait: ({ wait, within = PATIENCE }, { driver }) =>
    poll(driver, (objects) => unmet(wait as Expectations, objects), seconds(within)),
  request: ({ request, goesTo, within = '0s' }, { driver }) =>
    poll(driver, requestCheck(request, goesTo), seconds(within)),
  always: async ({ always }, stage) => {
    stage.unwatch();
    if (always === 'off') return [];
    const checks = [always].flat().map(checkOf);
    stage.unwatch = stage.driver.watch((objects) => {
      if (stage.broken.length > 0) return;
      stage.broken = checks.flatMap((check) => check(objects)).map((text) => `not always: ${text}`);
    });
    return [];
  },
  advance: async ({ advance, writesAtMost, syncsAtMost }, { driver }) => {
    let writes = 0;
    const before = driver.syncs();
    const unwatch = driver.watch(() => {
      writes += 1;
    });
    await driver.advance(seconds(advance));
    unwatch();
    return [
      ...tooMany('writes', writes, writesAtMost),
      ...tooMany('syncs', driver.syncs() - before, syncsAtMost),
    ];
  },
  fault: async ({ fault }, stage) => {
    if (fault !== 'none') {
      stage.lifts.push(await stage.driver.fault(fault as FaultSpec));
      return [];
    }
    for (const lift of stage.lifts.splice(0)) await lift();
    return [];
  },
};

function requestCheck(request: unknown, goesTo: unknown): Check {
  return (objects) => goesElsewhere(request as RequestSpec, goesTo, objects);
}

function checkOf(item: unknown): Check {
  const { request, goesTo, expect } = item as Step['words'];
  if (request !== undefined) return requestCheck(request, goesTo);
  return (objects) => unmet(expect as Expectations, objects);
}

/** Repeats the check until it finds no problem or the time limit is reached. Returns the problems that remain. */
async function poll(driver: Driver, check: Check, limit: number): Promise<string[]> {
  for (let waited = 0; ; waited += POLL_SECONDS) {
    const problems = check(await driver.objects());
    if (problems.length === 0 || waited >= limit) return problems;
    await driver.advance(POLL_SECONDS);
  }
}

async function unheard(driver: Driver, text: string): Promise<string[]> {
  const events = await driver.events();
  if (events.some((message) => message.includes(text))) return [];
  return [`expected an event with "${text}", found ${JSON.stringify(events)}`];
}

/** The writes during two periodic resyncs. An idle cluster has none. */
async function disquiet(driver: Driver): Promise<string[]> {
  await driver.advance(REST_SECONDS);
  const before = versions(await driver.objects());
  await driver.advance(QUIET_SECONDS);
  const after = versions(await driver.objects());
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => `${name} was written although nothing happened`);
}

function versions(objects: readonly LocalObject[]): Map<string, string | undefined> {
  return new Map(
    objects.map(({ kind, metadata: { namespace = '', name, resourceVersion } }) => [
      `${kind} ${namespace}/${name}`,
      resourceVersion,
    ]),
  );
}

function tooMany(what: string, count: number, most: unknown): string[] {
  return most === undefined || count <= Number(most)
    ? []
    : [`expected at most ${most} ${what}, there were ${count}`];
}

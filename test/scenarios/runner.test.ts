import { expect, test } from '@jest/globals';
import { memoryDriver } from './lib/memory-driver.ts';
import { runScenario } from './lib/run.ts';
import { decisionConfig } from './lib/scenario.ts';

type Words = Record<string, unknown>;

async function play(...steps: Words[]): Promise<void> {
  const driver = await memoryDriver(decisionConfig({}), 'dynamic-apply');
  const placed = steps.map((words, index) => ({ line: index + 1, words }));
  const scenario = { name: 'untrue', given: ['shop'], settings: {}, steps: placed };
  await runScenario(scenario, driver).finally(() => driver.close());
}

const BACKEND = { host: 'backend.shop' };
const ALICE = { ...BACKEND, headers: { user: 'alice' } };
const READY = [{ apply: 'alice' }, { wait: 'ready alice' }];

/** A runner that lets everything pass would be believed for long. */
test.each<[string, Words[], RegExp]>([
  [
    'an env that does not come',
    [{ wait: 'ready alice', within: '1s' }],
    /line 1.*\n.*alice: not found/,
  ],
  [
    'an env too late',
    [{ apply: 'alice' }, { wait: 'ready alice', within: '1s' }],
    /expected "ready"/,
  ],
  [
    'a field',
    [{ expect: { 'Service shop/backend': { spec: { selector: { app: 'x' } } } } }],
    /spec.selector.app: expected "x", found "backend"/,
  ],
  [
    'a missing object',
    [{ expect: { 'Service shop/other': 'present' } }],
    /Service shop\/other: not found/,
  ],
  [
    'an object too many',
    [{ expect: { 'Service shop/*': 'absent' } }],
    /expected none, found backend/,
  ],
  ['a number of objects', [{ expect: { 'Service shop/*': 2 } }], /expected 2, found backend/],
  [
    'a list',
    [{ expect: { 'VirtualService shop/backend': { spec: { http: [] } } } }],
    /expected 0 items/,
  ],
  [
    'a field that must not be',
    [{ expect: { 'Service shop/backend': { spec: null } } }],
    /expected nothing/,
  ],
  [
    'routes',
    [{ expect: { 'VirtualService shop/backend': { routes: ['reports'] } } }],
    /found reports, everything-else/,
  ],
  [
    'a destination',
    [...READY, { request: ALICE, goesTo: 'backend.shop@shared' }],
    /goes to backend.shop@backend-alice/,
  ],
  [
    'a condition',
    [...READY, { expect: { 'DynamicEnv alice': { status: { conditions: { Guarded: false } } } } }],
    /Guarded.status: expected "False", found "True"/,
  ],
  [
    'always',
    [{ always: { request: ALICE, goesTo: 'backend.shop@shared' } }, ...READY],
    /not always: request/,
  ],
  [
    'unchanged',
    [...READY, { expect: 'unchanged' }],
    /Deployment shop\/backend-alice: was not there/,
  ],
  [
    'quiet',
    [{ fault: { webhook: 'lost' } }, { apply: 'alice' }, { expect: 'quiet' }],
    /written although nothing happened/,
  ],
  [
    'a write too many',
    [{ apply: 'alice' }, { advance: '20s', writesAtMost: 3 }],
    /expected at most 3 writes/,
  ],
  [
    'a sync too many',
    [{ apply: 'alice' }, { advance: '20s', syncsAtMost: 3 }],
    /expected at most 3 syncs/,
  ],
  ['a refusal that does not come', [{ apply: 'alice', refused: 'no' }], /expected to be refused/],
  ['another refusal', [{ create: 'shop', refused: 'because' }], /was with ".*already exists"/],
  ['an action that is none', [{ applz: 'alice' }], /a step is one of apply/],
  [
    'a word that means nothing',
    [{ apply: 'alice', within: '1s' }],
    /"within" means nothing beside "apply"/,
  ],
])('fails on %s', async (_, steps, message) => {
  await expect(play(...steps)).rejects.toThrow(message);
});

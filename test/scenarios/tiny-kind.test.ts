import { describe, test } from '@jest/globals';
import { CONTROLLER_UID_LABEL } from '../../src/api/marks.ts';
import type { Kind } from '../../src/hooks/kind.ts';
import type { LocalClusterOptions } from '../../src/simulator/cluster.ts';
import { NOTE, SERVED_NOTE } from '../support/tiny-kind/kind.ts';
import type { Driver } from './lib/driver.ts';
import { memoryDriver } from './lib/memory-driver.ts';
import { runScenario } from './lib/run.ts';
import { decisionConfig } from './lib/scenario.ts';

type Words = Record<string, unknown>;

const SYNC = '/note/sync';
const NOTE_OBJECT = {
  apiVersion: 'example.com/v1',
  kind: 'Note',
  metadata: { name: 'hello' },
  spec: { text: 'world' },
};
const TEXT = 'ConfigMap shop/hello-text';
const FINALIZER = 'metacontroller.io/compositecontroller-note';
const WRITTEN = { 'Note shop/hello': { status: { state: 'written' } } };
const GONE = { 'Note shop/hello': 'absent', [TEXT]: 'absent' };

/** A kind that src does not know is served, reconciled and played like the others. */
async function withNote(
  strategy: LocalClusterOptions['strategy'],
  run: (driver: Driver) => Promise<void>,
): Promise<void> {
  const more = {
    kind: NOTE as unknown as Kind<object>,
    settings: { notePrefix: 'hello, ' },
    served: SERVED_NOTE,
  };
  const driver = await memoryDriver(decisionConfig({}), strategy, { more });
  await run(driver).finally(() => driver.close());
}

async function play(driver: Driver, given: string[], steps: Words[]): Promise<void> {
  const placed = steps.map((words, index) => ({ line: index + 1, words }));
  await runScenario({ name: 'a tiny kind', given, settings: {}, steps: placed }, driver);
}

async function uidOfNote(driver: Driver): Promise<string> {
  const note = (await driver.objects()).find(({ kind }) => kind === 'Note');
  if (note?.metadata.uid === undefined) throw new Error('there is no Note');
  return note.metadata.uid;
}

/** A ConfigMap as another operator leaves it: it has its owner, but not Metacontroller's label. */
function ownedConfigMap(uid: string) {
  const owner = { apiVersion: 'example.com/v1', kind: 'Note', name: 'hello', uid };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'hello-text', ownerReferences: [{ ...owner, controller: true }] },
    data: { text: 'old' },
  };
}

describe.each(['dynamic-apply', 'server-side-apply'] as const)(
  'a tiny kind with %s',
  (strategy) => {
    test('its child is created, repaired and removed, beside a DynamicEnv', () =>
      withNote(strategy, (driver) =>
        play(
          driver,
          ['shop', 'alice'],
          [
            { apply: NOTE_OBJECT },
            { wait: WRITTEN },
            { expect: { 'Note shop/hello': { metadata: { finalizers: [FINALIZER] } } } },
            { patch: { [TEXT]: { data: { text: 'edited' } } } },
            { wait: { [TEXT]: { data: { text: 'hello, world' } } } },
            { wait: 'ready alice' },
            { delete: 'Note shop/hello' },
            { wait: GONE },
            { expect: 'ready alice' },
          ],
        ),
      ));

    test('a child that it owned before, without the label, is reported, and taken over with the label', () =>
      withNote(strategy, async (driver) => {
        // Metacontroller gets no answer about the Note before the ConfigMap is there.
        const lift = await driver.fault({ hook: SYNC });
        await play(
          driver,
          [],
          [{ apply: NOTE_OBJECT }, { wait: { 'Note shop/hello': 'present' } }],
        );
        const uid = await uidOfNote(driver);
        await play(driver, [], [{ create: ownedConfigMap(uid) }]);
        await lift();
        await play(
          driver,
          [],
          [
            { wait: { 'Note shop/hello': { status: { state: 'blocked' } } } },
            { expect: { [TEXT]: { data: { text: 'old' } } } },
            { label: { [TEXT]: { [CONTROLLER_UID_LABEL]: uid } } },
            { wait: { ...WRITTEN, [TEXT]: { data: { text: 'hello, world' } } } },
            { delete: 'Note shop/hello' },
            { wait: GONE },
          ],
        );
      }));
  },
);

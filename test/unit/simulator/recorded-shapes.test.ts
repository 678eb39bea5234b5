import { describe, expect, test } from '@jest/globals';
import type { Cluster, LocalClusterOptions } from '../../../src/simulator/cluster.ts';
import { isMap } from '../../../src/simulator/object.ts';
import type { Recorded } from './prototype.ts';
import { recordedCalls } from './recorded.ts';
import { INSTALLED } from './scripted.ts';
import { keyPaths, shapeOf } from './shape.ts';
import {
  BASE,
  DEPLOYMENT,
  DESTINATION_RULE,
  env,
  SERVICE,
  stage,
  VIRTUAL_SERVICE,
} from './story.ts';

type Strategy = LocalClusterOptions['strategy'];

/** When the steps were recorded, there were no Subscribers. */
const RECORDED: LocalClusterOptions['controllers'] = INSTALLED.controllers.map((controller) =>
  controller.kind === 'CompositeController'
    ? {
        ...controller,
        childResources: controller.childResources.filter(
          ({ resource }) => resource !== 'subscribers',
        ),
      }
    : controller,
);

/** Runs the steps that were recorded on a real API server. */
async function tell(cluster: Cluster): Promise<void> {
  const admin = cluster.as('admin');
  for (const object of BASE) await admin.apply(object);
  await cluster.advance(5);
  await admin.apply(env());
  await cluster.settle();
  await admin.apply(env('backend:3'));
  await cluster.settle();
  const [http] = VIRTUAL_SERVICE.spec.http;
  const slower = { ...VIRTUAL_SERVICE.spec, http: [{ ...http, timeout: '3s' }] };
  await admin.apply({ ...VIRTUAL_SERVICE, spec: slower });
  await cluster.settle();
  for (const object of [DEPLOYMENT, SERVICE, DESTINATION_RULE, VIRTUAL_SERVICE]) {
    await admin.replace(object);
    await cluster.advance(0.05);
  }
  await cluster.settle();
  await admin.delete('DynamicEnv', undefined, 'alice');
  await cluster.settle();
}

const played = new Map<string, Recorded[]>();

/** Runs the steps with equal watch delays, then with one kind delayed, because one watch may be later than another. */
async function play(strategy: Strategy): Promise<Recorded[]> {
  const known = played.get(strategy);
  if (known) return known;
  const requests: Recorded[] = [];
  for (const late of ['', 'VirtualService', 'DestinationRule']) {
    const informerDelay = (kind: string) => (kind === late ? 40 : 10);
    const { cluster, prototype } = stage(strategy, { informerDelay, controllers: RECORDED });
    await tell(cluster);
    expect(cluster.events).toEqual([]);
    requests.push(...prototype.requests);
  }
  played.set(strategy, requests);
  return requests;
}

/** The managedFields entries of all objects in a request, without uids and order. */
function owners(value: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const item of value) owners(item, found);
  if (!isMap(value)) return found;
  const { kind, metadata } = value;
  const entries = isMap(metadata) ? metadata['managedFields'] : [];
  for (const { manager, operation, subresource, fieldsV1 } of (entries ?? []) as Entry[]) {
    const fields = [...keyPaths(fieldsV1)].sort().join('\n');
    found.add([kind, manager, operation, subresource, fields].join(' '));
  }
  for (const member of Object.values(value)) owners(member, found);
  return found;
}

interface Entry {
  manager: string;
  operation: string;
  subresource?: string;
  fieldsV1: unknown;
}

describe.each<Strategy>(['dynamic-apply', 'server-side-apply'])(
  'the recorded steps, %s',
  (strategy) => {
    test('every recorded request has a simulated one with the same keys', async () => {
      const shapes = new Map<string, Set<string>>();
      for (const { url, body } of await play(strategy)) {
        shapes.set(url, (shapes.get(url) ?? new Set()).add(shapeOf(body)));
      }
      const missing = recordedCalls(strategy)
        .filter(({ url, request }) => !shapes.get(url)?.has(shapeOf(request)))
        .map(({ file }) => file);
      expect(missing).toEqual([]);
    });

    test('no simulated request has a key that is not in the recordings', async () => {
      const known = new Map<string, Set<string>>();
      for (const { url, request } of recordedCalls(strategy)) {
        known.set(url, keyPaths(request, '', known.get(url)));
      }
      const unknown = (await play(strategy)).flatMap(({ url, body }) =>
        [...keyPaths(body)].filter((path) => !known.get(url)?.has(path)),
      );
      expect(unknown).toEqual([]);
    });

    test('the same managers own the same fields', async () => {
      const recorded = owners(recordedCalls(strategy).map(({ request }) => request));
      const ours = owners((await play(strategy)).map(({ body }) => body));
      // Not compared: Deployment statuses change in other steps, and the prototype's RouteInjection had free-form
      // headers.
      const compared = (all: Set<string>) =>
        [...all].filter((owner) => !/ status |^RouteInjection .* Apply |Controller /.test(owner));
      expect(compared(recorded).filter((owner) => !ours.has(owner))).toEqual([]);
    });
  },
);

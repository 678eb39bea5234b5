import { expect } from '@jest/globals';
import type { RouteInjection } from '../../../src/api/routeinjection.ts';
import type { VirtualServiceMerge } from '../../../src/api/virtualservicemerge.ts';
import type { VirtualService } from '../../../src/istio/types.ts';
import { jsonEqual } from '../../../src/k8s/canonical.ts';
import { admit } from '../../../src/kinds/virtualservice/admit.ts';
import { decorate } from '../../../src/kinds/virtualservice/sync.ts';
import { applyJsonPatch } from '../../../src/simulator/api-server/json-patch.ts';
import type { AskedMerges } from '../../../src/virtualservice/merges/decide.ts';
import { CONFIG } from '../../unit/virtualservice/builders.ts';

import { REF_CONFIG } from './virtualservice.ts';

const NOW = new Date('2026-02-01T00:00:00Z');

/** The object as it is stored after the webhook has changed it. */
export function admitted(
  object: VirtualService,
  oldObject: VirtualService,
  username: string,
  config: typeof CONFIG = CONFIG,
) {
  const { patch, refusal } = admit({ operation: 'UPDATE', username, object, oldObject }, config);
  expect(refusal).toBeUndefined();
  return applyJsonPatch(object, patch);
}

/** Metacontroller's next write, after a sync of the decorator. */
function synced(
  object: VirtualService,
  all: readonly RouteInjection[],
  config: typeof CONFIG = CONFIG,
  merging?: AskedMerges,
): VirtualService {
  const { annotations, labels } = decorate(object, all, config, NOW, undefined, merging);
  const set = (old: Record<string, string> = {}, changes: Record<string, string | null>) =>
    Object.fromEntries(
      Object.entries({ ...old, ...changes }).filter(
        (member): member is [string, string] => member[1] !== null,
      ),
    );
  const metadata = {
    ...object.metadata,
    annotations: set(object.metadata.annotations, annotations),
    labels: set(object.metadata.labels, labels),
  };
  return admitted({ ...object, metadata }, object, config.metacontrollerUser, config);
}

/** Repeats syncs and writes until nothing changes. An empty plan is removed one write after its routes. */
export function settled(object: VirtualService, all: readonly RouteInjection[]): VirtualService {
  const once = synced(object, all);
  const twice = synced(once, all);
  expect(same(synced(twice, all), twice)).toBe(true);
  if (all.length > 0) expect(same(twice, once)).toBe(true);
  return once;
}

/** Merges come in by a note of their trial and the routes, and several changed ones maybe in turn. */
const MOST_WRITES = 20;

/** The same with refs in all carriers, and with merges. Nothing is left to be retried. */
export function settledWithMerges(
  object: VirtualService,
  all: readonly RouteInjection[],
  merges: readonly VirtualServiceMerge[],
): VirtualService {
  const merging = { merges, unknownGroups: [] };
  let live = object;
  for (let turn = 0; turn < MOST_WRITES; turn += 1) {
    const next = synced(live, all, REF_CONFIG, merging);
    if (same(next, live)) {
      const { resyncAfterSeconds } = decorate(live, all, REF_CONFIG, NOW, undefined, merging);
      expect(resyncAfterSeconds).toBeUndefined();
      return live;
    }
    live = next;
  }
  throw new Error('it is still written after many turns');
}

const same = (a: VirtualService, b: VirtualService) => jsonEqual(essence(a), essence(b));

/** The object without the long text that makes it large. */
function essence({ metadata, spec }: VirtualService) {
  const { filler: _filler, ...annotations } = metadata.annotations ?? {};
  return { annotations, labels: metadata.labels ?? {}, spec };
}

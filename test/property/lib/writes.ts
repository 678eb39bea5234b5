import { expect } from '@jest/globals';
import type { RouteInjection } from '../../../src/api/routeinjection.ts';
import type { VirtualService } from '../../../src/istio/types.ts';
import { jsonEqual } from '../../../src/k8s/canonical.ts';
import { admit } from '../../../src/kinds/virtualservice/admit.ts';
import { decorate } from '../../../src/kinds/virtualservice/sync.ts';
import { applyJsonPatch } from '../../../src/simulator/api-server/json-patch.ts';
import { CONFIG } from '../../unit/virtualservice/builders.ts';

const NOW = new Date('2026-02-01T00:00:00Z');

/** The object as it is stored after the webhook has changed it. */
export function admitted(object: VirtualService, oldObject: VirtualService, username: string) {
  const { patch, refusal } = admit({ operation: 'UPDATE', username, object, oldObject }, CONFIG);
  expect(refusal).toBeUndefined();
  return applyJsonPatch(object, patch);
}

/** Metacontroller's next write, after a sync of the decorator. */
function synced(object: VirtualService, all: readonly RouteInjection[]): VirtualService {
  const { annotations, labels } = decorate(object, all, CONFIG, NOW);
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
  return admitted({ ...object, metadata }, object, CONFIG.metacontrollerUser);
}

/** Repeats syncs and writes until nothing changes. An empty plan is removed one write after its routes. */
export function settled(object: VirtualService, all: readonly RouteInjection[]): VirtualService {
  const once = synced(object, all);
  const twice = synced(once, all);
  const same = (a: VirtualService, b: VirtualService) => jsonEqual(essence(a), essence(b));
  expect(same(synced(twice, all), twice)).toBe(true);
  if (all.length > 0) expect(same(twice, once)).toBe(true);
  return once;
}

/** The object without the long text that makes it large. */
function essence({ metadata, spec }: VirtualService) {
  const { filler: _filler, ...annotations } = metadata.annotations ?? {};
  return { annotations, labels: metadata.labels ?? {}, spec };
}

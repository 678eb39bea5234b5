import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { decideForRef as decidedByLibrary } from '../../../../clients/typescript/src/decision/decide.ts';
import { parseYaml } from '../../../../src/k8s/yaml.ts';
import {
  decideForRef,
  decideForStable,
  type LiveRef,
  refFor,
  routeOf,
} from '../../../../src/trace/message/decide.ts';
import type { MessageHeaders } from '../../../../src/trace/message/headers.ts';

type Value = string | null | { base64: string } | { text: string; times: number; end?: string };

interface Case {
  name: string;
  consumer: 'stable' | LiveRef;
  live?: Readonly<Record<string, readonly string[]>> | null;
  carriers?: readonly 'baggage'[];
  headers: readonly (readonly [name: string, value: Value])[];
  action: 'handle' | 'skip';
}

/** clients/vectors/README.md describes the fields. */
interface Decisions {
  serviceRouteHeader: string;
  sourceRouteHeader: string;
  cases: readonly Case[];
}

const FILE = new URL('../../../../clients/vectors/decisions.yaml', import.meta.url);
const file = parseYaml(readFileSync(FILE, 'utf8'))[0]?.value as Decisions;
const names = { service: file.serviceRouteHeader, source: file.sourceRouteHeader };

describe('clients/vectors/decisions.yaml', () => {
  test.each(file.cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const route = routeOf(bytesOf(one.headers), { headers: names, carriers: one.carriers ?? [] });
    const { action } =
      one.consumer === 'stable'
        ? decideForStable(route, liveOf(one))
        : decideForRef(route, one.consumer);
    expect(action).toBe(one.action);
  });

  test('the ref is that of the library, for all headers there and several names of the workload', () => {
    const pairs = file.cases.flatMap(({ headers, carriers = [] }) => {
      return [['order-service'], ['order-admin', 'order-service']].map((services) => {
        const bytes = bytesOf(headers);
        const own = refFor(routeOf(bytes, { headers: names, carriers }), services);
        const readsBaggage = carriers.includes('baggage');
        const live = { ref: own ?? 'mp-101', services };
        const { action } = decidedByLibrary(bytes, live, { ...names, readsBaggage });
        return [action, own === undefined ? 'skip' : 'handle'];
      });
    });
    expect(pairs.filter(([library, ours]) => library !== ours)).toEqual([]);
    expect(pairs.length).toBeGreaterThan(100);
  });
});

function liveOf({ live }: Case): LiveRef[] | undefined {
  return live ? Object.entries(live).map(([ref, services]) => ({ ref, services })) : undefined;
}

function bytesOf(headers: Case['headers']): MessageHeaders {
  return headers.map(([name, value]) => [name, bytes(value)] as const);
}

function bytes(value: Value): Uint8Array | null {
  if (value === null) return null;
  if (typeof value === 'string') return Buffer.from(value);
  if ('base64' in value) return Buffer.from(value.base64, 'base64');
  return Buffer.from(value.text.repeat(value.times) + (value.end ?? ''));
}

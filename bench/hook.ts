import type { Call } from './lib/calls.ts';
import { answer, decide } from './lib/hook.ts';
import type { Row } from './lib/rows.ts';
import { createService } from './lib/service.ts';
import { callsOf, SIZES, type SizeName } from './lib/sizes.ts';
import { compare, heldBy, quantile, type Ratio } from './lib/timing.ts';

const GOALS: Record<SizeName, number | undefined> = {
  small: undefined,
  typical: 2,
  refs: 2,
  merges: 2,
  // The largest object that the API server stores: no goal was set for it.
  entries: undefined,
  large: 1.3,
};
/** Number of runs of each call, to measure how long it blocks the event loop. */
const HELD_RUNS = 200;
const HELD_MS = 10;

/**
 * Measures each hook. The figure is the time of the whole call, divided by the time that is needed only to parse the
 * request and to stringify the answer. A patch is a JSON text in base64 within the answer (AdmissionResponse in Kubernetes'
 * `k8s.io/api/admission/v1`), so that it is stringified, too.
 */
export async function hookRows(options: { isSmoke: boolean }): Promise<Row[]> {
  const service = await createService();
  const names: SizeName[] = options.isSmoke
    ? ['small']
    : ['small', 'typical', 'refs', 'merges', 'entries', 'large'];
  return names.flatMap((name) => {
    const calls = callsOf(SIZES[name]);
    const rounds = options.isSmoke ? 2 : name === 'large' ? 9 : 45;
    const measured = calls.map((call) => {
      const base = codecOf(call, decide(call, JSON.parse(call.text), service));
      return { call, ...compare({ work: () => answer(call, service), base }, rounds) };
    });
    const kinds = Map.groupBy(measured, ({ call }) => `${call.hook}, ${call.state}`);
    const held = name === 'typical' ? [heldRow(calls, (call) => answer(call, service))] : [];
    return [...[...kinds].map(([kind, all]) => kindRow(name, kind, all)), ...held];
  });
}

/** What nobody can save: the request is parsed, and the same answer is written. */
function codecOf({ text }: Call, answered: object): () => unknown {
  const { response } = answered as { response?: { patch?: string } };
  if (response?.patch === undefined) return () => [JSON.parse(text), JSON.stringify(answered)];
  const patch = JSON.parse(Buffer.from(response.patch, 'base64').toString());
  const written = () => Buffer.from(JSON.stringify(patch)).toString('base64');
  return () => [
    JSON.parse(text),
    JSON.stringify({ ...answered, response: { ...response, patch: written() } }),
  ];
}

function kindRow(size: SizeName, kind: string, all: (Ratio & { call: Call })[]): Row {
  const most = GOALS[size];
  const each = all.map(
    ({ call, work, ratio }) => `${kib(call)} KiB ${work.toFixed(2)} ms ×${ratio.toFixed(2)}`,
  );
  return {
    part: `hook, ${size}`,
    name: kind,
    figure: Math.max(...all.map(({ ratio }) => ratio)),
    unit: '×',
    ...(most === undefined ? {} : { goal: { most } }),
    note: each.join('; '),
  };
}

/**
 * How long the slowest call blocks the event loop. The times of several calls are not added, because the event loop
 * does other work between two calls.
 */
function heldRow(calls: readonly Call[], run: (call: Call) => unknown): Row {
  const longest = calls.map((call) => {
    const times = Array.from({ length: HELD_RUNS }, () => heldBy(() => run(call)));
    return quantile(times, 0.99);
  });
  return {
    part: 'hook, typical',
    name: 'event loop held by one call (99 of 100 calls of the slowest kind)',
    figure: Math.max(...longest),
    unit: 'ms',
    goal: { most: HELD_MS },
  };
}

function kib({ text }: Call): string {
  return (text.length / 1024).toFixed(0);
}

import type { Call } from './calls.ts';
import { answer, decide } from './hook.ts';
import { counted } from './reads.ts';
import type { Row } from './rows.ts';
import type { createService } from './service.ts';
import { compare, leastTime, logLogSlope } from './timing.ts';

type Service = Awaited<ReturnType<typeof createService>>;

const MOST_RATIO = 2;
const MOST_GROWTH = 1.1;

/** The time of the whole call, divided by the time to parse the request and to stringify the answer. */
export function ratioRow(
  names: Pick<Row, 'part' | 'name'>,
  call: Call,
  service: Service,
  isSmoke: boolean,
): Row {
  const answered = decide(call, JSON.parse(call.text), service);
  const base = () => [JSON.parse(call.text), JSON.stringify(answered)];
  const { ratio, work } = compare({ work: () => answer(call, service), base }, isSmoke ? 2 : 25);
  const mib = (call.text.length / 2 ** 20).toFixed(2);
  const note = `${mib} MiB ${work.toFixed(2)} ms`;
  return { ...names, figure: ratio, unit: '×', goal: { most: MOST_RATIO }, note };
}

/** How the reads of the request and the time grow with a count, as slopes of logarithms. `calls`: one for each count. */
export function growthOf(
  { part, of }: { part: string; of: string },
  calls: readonly { count: number; call: Call }[],
  service: Service,
  isSmoke: boolean,
): Row[] {
  const points = calls.map(({ count, call }) => {
    const { value, reads } = counted(JSON.parse(call.text) as object);
    decide(call, value, service);
    return { count, time: leastTime(() => answer(call, service), isSmoke ? 1 : 7), reads: reads() };
  });
  return (['reads', 'time'] as const).map((what) => ({
    part,
    name: `${what}, by ${of}`,
    figure: logLogSlope(points.map((point) => [point.count, point[what]])),
    unit: '',
    goal: { most: MOST_GROWTH },
  }));
}

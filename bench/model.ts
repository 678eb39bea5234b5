import type { Service } from '../src/hooks/service.ts';
import type { DecisionConfig } from '../src/kinds/kinds.ts';
import { type Call, envCalls, virtualServiceCalls } from './lib/calls.ts';
import { answer } from './lib/hook.ts';
import type { Row } from './lib/rows.ts';
import { createScene, type Size } from './lib/scene.ts';
import { createService } from './lib/service.ts';
import { leastTime } from './lib/timing.ts';

/**
 * A cost that is described by a straight line through two measured points (`fitted`). Two more points (`checked`) show
 * whether the cost is really linear.
 */
interface Line {
  hook: string;
  of: string;
  fitted: readonly [number, number];
  checked: readonly number[];
  size: (count: number) => Size;
  call: (size: Size) => Call | undefined;
}

/**
 * The first env of a scene is on the service with the most envs. The first entry uses the last env, which is on other
 * services.
 */
const LINES: Line[] = [
  {
    hook: 'sync of an env',
    of: 'service in its namespace',
    fitted: [100, 1600],
    checked: [400, 2400],
    size: (services) => ({ services, envs: 4, crowded: 2 }),
    call: (size) => envCalls(createScene(size), size.envs - 1)[0],
  },
  {
    hook: 'sync of a VirtualService',
    of: 'env on its service',
    fitted: [5, 60],
    checked: [20, 120],
    size: (envs) => ({ services: 2, envs, crowded: envs }),
    call: (size) => virtualServiceCalls(createScene(size), 0)[0],
  },
  {
    hook: 'admission of a VirtualService',
    of: 'env on its service',
    fitted: [5, 60],
    checked: [20, 120],
    size: (envs) => ({ services: 2, envs, crowded: envs }),
    call: (size) =>
      virtualServiceCalls(createScene(size), 0).find(({ state }) => state === 'rewrite'),
  },
];

interface Point {
  /** Size of body and answer together, in KiB. */
  kib: number;
  /** Processor time in milliseconds. */
  ms: number;
}

/**
 * Measures the model of docs/scaling.md: the fixed cost of a call, the cost of each additional object, and the error at
 * the checked points.
 */
export async function modelRows({ isSmoke }: { isSmoke: boolean }): Promise<Row[]> {
  const service = await createService();
  return LINES.flatMap(({ hook, of, fitted, checked, size, call }) => {
    const measure = (count: number) =>
      pointOf(call(size(isSmoke ? Math.min(count, 20) : count)), service);
    const [few, many] = fitted;
    const [low, high] = [measure(few), measure(many)];
    const checks = checked.map((count) => ({ count, point: measure(count) }));
    return (['kib', 'ms'] as const).flatMap((key): Row[] => {
      const slope = (high[key] - low[key]) / (many - few);
      const base = low[key] - slope * few;
      const part = `model, ${hook}`;
      const unit = key === 'kib' ? 'KiB' : 'ms';
      return [
        { part, name: `${unit} at all`, figure: base, unit },
        {
          part,
          name: `${unit} for each ${of}`,
          figure: slope,
          unit,
          note: `fitted at ${few} and ${many}`,
        },
        ...checks.map(({ count, point }) => ({
          part,
          name: `${unit} with ${count}, by what the line says`,
          figure: point[key] / (base + slope * count),
          unit: '×',
          note: `${point[key].toPrecision(3)} ${unit} measured`,
        })),
      ];
    });
  });
}

function pointOf(call: Call | undefined, service: Service<DecisionConfig>): Point {
  if (call === undefined) throw new Error('there is no such call');
  const bytes = Buffer.byteLength(call.text) + Buffer.byteLength(answer(call, service));
  return { kib: bytes / 1024, ms: leastTime(() => answer(call, service), 7) };
}

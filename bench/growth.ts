import type { Service } from '../src/hooks/service.ts';
import type { DecisionConfig } from '../src/kinds/kinds.ts';
import type { Call } from './lib/calls.ts';
import { envCalls, virtualServiceCalls } from './lib/calls.ts';
import { answer, decide } from './lib/hook.ts';
import { counted } from './lib/reads.ts';
import type { Row } from './lib/rows.ts';
import { createScene, type Size } from './lib/scene.ts';
import { createService } from './lib/service.ts';
import { leastTime, logLogSlope } from './lib/timing.ts';

/**
 * One measurement. `of` names the objects whose number grows. The cost of the calls must grow about linearly with this
 * number.
 */
interface Growth {
  of: string;
  sizes: number[];
  size: (count: number) => Size;
  calls: (size: Size) => Call[];
}

const MOST = 1.1;

const ofEnv = (size: Size) => {
  const scene = createScene(size);
  return envCalls(scene, 0);
};
const ofVirtualService = (size: Size) => virtualServiceCalls(createScene(size), 0);

const GROWTHS: Growth[] = [
  {
    of: 'services of the namespace',
    sizes: [64, 128, 256, 512, 1024],
    size: (services) => ({ services, envs: 4, crowded: 2 }),
    calls: ofEnv,
  },
  {
    of: 'envs on the service',
    sizes: [8, 16, 32, 64, 128],
    size: (envs) => ({ services: 2, envs, crowded: envs }),
    calls: (size) => [...ofVirtualService(size), ...ofEnv(size)],
  },
  {
    of: 'envs that contest the same requests',
    sizes: [8, 16, 32, 64, 128],
    size: (envs) => ({ services: 2, envs, crowded: envs, isContested: true }),
    calls: ofVirtualService,
  },
  {
    of: 'refs on the service',
    sizes: [8, 16, 32, 64, 128],
    size: (envs) => ({ services: 2, envs, crowded: envs, hasRefs: true }),
    calls: ofVirtualService,
  },
  {
    of: 'entries of the VirtualService',
    // More than about 115 do not fit into a plan.
    sizes: [6, 12, 24, 48, 96],
    size: (envs) => ({ services: 2, envs, crowded: envs, hasRefs: true, hasEntries: true }),
    calls: (size) => [...ofVirtualService(size), ...ofEnv(size)],
  },
  {
    of: 'merges of the VirtualService',
    sizes: [4, 8, 16, 32, 64],
    size: (merges) => ({ services: 2, envs: 4, crowded: 4, merges }),
    calls: ofVirtualService,
  },
  {
    of: 'routes of the VirtualService',
    sizes: [16, 32, 64, 128, 256],
    size: (routes) => ({ services: 2, envs: 4, crowded: 4, routes }),
    calls: (size) => [...ofVirtualService(size), ...ofEnv(size)],
  },
  {
    of: 'matches of each env',
    sizes: [1, 2, 4, 8, 16],
    size: (matches) => ({ services: 2, envs: 8, crowded: 8, matches }),
    calls: (size) => [...ofVirtualService(size), ...ofEnv(size)],
  },
];

/**
 * Measures how processor time and the number of property reads grow. The figure is the slope in a log-log diagram: 1 is
 * linear, 2 is quadratic.
 */
export async function growthRows(options: { isSmoke: boolean }): Promise<Row[]> {
  const service = await createService();
  return GROWTHS.flatMap(({ of, sizes, size, calls }) => {
    const chosen = options.isSmoke ? sizes.slice(0, 2) : sizes;
    const series = chosen.map((count) => ({ count, calls: calls(size(count)) }));
    const kinds = series[0]?.calls ?? [];
    const slopes = kinds.map((kind, at) => {
      const points = series.map((one) => ({ count: one.count, call: one.calls[at] ?? kind }));
      const slope = (value: (call: Call) => number) =>
        logLogSlope(points.map(({ count, call }) => [count, value(call)]));
      return {
        kind: `${kind.hook}, ${kind.state}`,
        time: slope((call) => leastTime(() => answer(call, service), options.isSmoke ? 1 : 7)),
        reads: slope((call) => readsOf(call, service)),
      };
    });
    return [row(of, 'reads', slopes), row(of, 'time', slopes)];
  });
}

function row(
  of: string,
  what: 'reads' | 'time',
  slopes: { kind: string; time: number; reads: number }[],
): Row {
  const worst = slopes.reduce((a, b) => (b[what] > a[what] ? b : a));
  return {
    part: 'growth',
    name: `${what}, by ${of}`,
    figure: worst[what],
    unit: '',
    goal: { most: MOST },
    note: `steepest: ${worst.kind}`,
  };
}

/**
 * The number of property reads of children and related objects in one call. Reads of the parent or the decorated object
 * are not counted: the runtime copies parts of it, and cannot copy a Proxy.
 */
function readsOf(call: Call, service: Service<DecisionConfig>): number {
  const body = JSON.parse(call.text) as Record<string, object>;
  const names = { sync: ['children', 'related'], finalize: ['children', 'related'] } as const;
  const watched =
    call.hook === 'sync' || call.hook === 'finalize' ? names[call.hook] : Object.keys(body);
  const counters = watched
    .filter((name) => typeof body[name] === 'object')
    .map((name) => {
      const { value, reads } = counted(body[name] ?? {});
      body[name] = value;
      return reads;
    });
  decide(call, body, service);
  return counters.reduce((sum, reads) => sum + reads(), 0);
}

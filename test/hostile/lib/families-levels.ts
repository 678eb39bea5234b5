import type { VirtualEnvironment } from '../../../src/api/virtualenvironment.ts';
import {
  answerOf,
  applied,
  environment,
  later,
  levelService,
  levelWorkload,
  requestOf,
  type World,
  world,
} from '../../support/virtual-environment-world.ts';
import type { Family } from './families.ts';
import { LEVEL_CROWDS } from './level-crowds.ts';
import { LEVEL_SPECS } from './level-specs.ts';

const SYNC = '/virtual-environment/sync';
const FINALIZE = '/virtual-environment/finalize';

/** Few Services with few versions, under a spec that grows. */
function ruled(spec: VirtualEnvironment['spec'] = {}): World {
  return world({
    parent: environment(spec),
    services: ['a', 'b'].map((name) => levelService(name)),
    workloads: ['a', 'b'].flatMap((name) =>
      ['dev', 'dev.p1', 'dev.p1.u1'].map((value) => levelWorkload(name, value)),
    ),
  });
}

/** With the children that come in the first hours. */
function inEffect(start: World): World {
  return [0, 3600, 3600].reduce((now, seconds) => {
    const next = later(now, seconds);
    return applied(next, answerOf(next));
  }, start);
}

function body(parts: World, finalizing = false): object {
  const { parent, ...request } = requestOf(parts);
  const deletionTimestamp = '2026-01-01T11:00:00Z';
  const leaving = { ...parent, metadata: { ...parent.metadata, deletionTimestamp } };
  return { controller: {}, parent: finalizing ? leaving : parent, ...request, finalizing };
}

/** Requests for VirtualEnvironments. Some are larger by their children than the API server would store: then they must be answered, too. */
export const LEVEL_FAMILIES: readonly Family[] = [
  ...Object.entries(LEVEL_CROWDS).flatMap(([name, { most, of }]): Family[] => [
    { name: `levels sync: first, ${name}`, url: SYNC, most, body: (n) => body(of(n)) },
    { name: `levels sync: ${name}`, url: SYNC, most, body: (n) => body(inEffect(of(n))) },
    {
      name: `levels finalize: ${name}`,
      url: FINALIZE,
      most,
      body: (n) => body(inEffect(of(n)), true),
    },
  ]),
  ...Object.entries(LEVEL_SPECS).map(
    ([name, { most, of }]): Family => ({
      name: `levels sync: spec of ${name}`,
      url: SYNC,
      most,
      body: (n) => {
        const { parent } = ruled(of(n));
        return body({ ...inEffect(ruled()), parent });
      },
    }),
  ),
];

import { hash } from 'node:crypto';
import { DECISION_FLAGS } from '../src/config.ts';
import { readFlags } from '../src/flags.ts';
import type { DestinationRule } from '../src/istio/types.ts';
import type { KubeObject } from '../src/k8s/object.ts';
import { encodeContent } from '../src/mesh/index-content.ts';
import type { Call } from './lib/calls.ts';
import { envCalls } from './lib/calls.ts';
import { answer } from './lib/hook.ts';
import { indexCall, withIndex } from './lib/index-calls.ts';
import type { Row } from './lib/rows.ts';
import { createScene, type Scene } from './lib/scene.ts';
import { createService } from './lib/service.ts';
import { NAMESPACE, serviceObjects } from './lib/shop.ts';
import { SIZES, type SizeName } from './lib/sizes.ts';
import { ago } from './lib/stored.ts';
import { leastTime, logLogSlope } from './lib/timing.ts';

/**
 * Maximum growth in bytes for each additional service. MOST_REGULAR: names and times follow a pattern. MOST_RANDOM:
 * they are random. In a real namespace they are something between the two.
 */
const MOST_REGULAR = 32;
const MOST_RANDOM = 64;
const COUNTS = [64, 128, 256, 512, 1024, 2048];

/**
 * Measures the size of an env's sync request: with all Services and DestinationRules of the namespace, and with its
 * MeshIndex instead. Also measures the sync request of the MeshIndex.
 */
export async function byteRows(options: { isSmoke: boolean }): Promise<Row[]> {
  const service = await createService();
  const config = readFlags(DECISION_FLAGS, [`--indexed-namespaces=${NAMESPACE}`], {});
  const indexed = { ...service, config };
  const names: SizeName[] = options.isSmoke ? ['small'] : ['typical', 'large'];
  const row = (size: SizeName, name: string, call: Call, by: typeof service): Row => {
    const time = leastTime(() => answer(call, by), options.isSmoke ? 1 : 7);
    return {
      part: `bytes, ${size}`,
      name,
      figure: call.text.length,
      unit: 'bytes',
      note: `${time.toFixed(2)} ms of processor time`,
    };
  };
  const rows = names.flatMap((size): Row[] => {
    const scene = createScene(SIZES[size]);
    return [
      row(size, 'sync of an env, from objects', idleSync(scene), service),
      row(size, 'sync of an env, through the index', idleSync(withIndex(scene, config)), indexed),
      row(size, 'sync of the index', indexCall(scene), service),
    ];
  });
  return [...rows, ...growthRows(options.isSmoke ? COUNTS.slice(0, 2) : COUNTS, config)];
}

function growthRows(counts: readonly number[], config: Scene['config']): Row[] {
  const scenes = counts.map((services) => createScene({ services, envs: 1, crowded: 1 }));
  const bytes = (scene: Scene): [number, number] => [
    scene.size.services,
    idleSync(scene).text.length,
  ];
  const random = counts.map((count) => [count, randomContent(count).length] as const);
  const row = (
    name: string,
    points: readonly (readonly [number, number])[],
    most?: number,
  ): Row => {
    const [[few, small], [many, large]] = [points[0] ?? [0, 0], points.at(-1) ?? [0, 0]];
    return {
      part: 'bytes, growth',
      name,
      figure: (large - small) / (many - few),
      unit: 'bytes',
      ...(most === undefined ? {} : { goal: { most } }),
      note: `per further service, ${few} to ${many}; slope ${logLogSlope(points).toFixed(2)}`,
    };
  };
  return [
    row('sync of an env, from objects', scenes.map(bytes)),
    row(
      'sync of an env, through the index',
      scenes.map((scene) => bytes(withIndex(scene, config))),
      MOST_REGULAR,
    ),
    row('content of the index, if names and times were random', random, MOST_RANDOM),
  ];
}

/** The worst case for gzip, because random names and times have no parts in common. Those of a real namespace have. */
function randomContent(count: number): string {
  const objects = Array.from({ length: count }, (_, at) => serviceObjects(at));
  const random = <T extends KubeObject>(object: T): T => {
    const text = hash('sha256', object.metadata.name);
    const creationTimestamp = ago(Number.parseInt(text.slice(0, 6), 16) * 4);
    const renamed = JSON.stringify(object).replaceAll(
      object.metadata.name,
      `s${text.slice(0, 19)}`,
    );
    const copy = JSON.parse(renamed) as T;
    return { ...copy, metadata: { ...copy.metadata, creationTimestamp } };
  };
  return encodeContent({
    namespace: NAMESPACE,
    services: objects.map(({ service }) => random(service)),
    rules: objects.map(({ rule }) => random(rule) as DestinationRule),
  });
}

function idleSync(scene: Scene): Call {
  const [idle] = envCalls(scene, 0);
  if (idle === undefined) throw new Error('the scene has no env');
  return idle;
}

import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { until } from '../../e2e/control-plane/poll.ts';
import { decisionConfig } from '../../support/decision-config.ts';
import type { Envoy } from '../lib/envoy.ts';
import { recordFigure } from '../lib/figures.ts';
import type { Mesh } from '../lib/mesh.ts';
import { send } from '../lib/request.ts';
import { type Envs, followEnvs } from '../load/lib/envs.ts';
import { canLoad, loadTest } from '../load/lib/load-test.ts';
import { HEADER } from '../load/lib/request.ts';
import { world as envsWorld } from '../load/lib/world.ts';
import { FORBIDDEN_HEADER, refusingPolicy } from './policy.ts';
import {
  applyAll,
  startClient,
  startMergingMesh,
  untilAvailable,
  untilMerge,
  untilMerged,
  virtualServiceOf,
} from './scene.ts';
import { BRANCH, branchOf, deployment, merge, NAMESPACE, service, to } from './world.ts';

const CONFIG = decisionConfig(['--merge-groups=istiomerger.monime.sl']);
/** Seconds within which an env must be Ready after its creation, and gone after its deletion. */
const MOST_SECONDS = 30;
const LIVES = 4;

const routed = (header: string) => ({
  http: [{ match: [{ headers: { [header]: { exact: 'yes' } } }], ...to(branchOf('backend')) }],
});

/**
 * Nothing is known that our checks accept and istiod refuses. So the API server has a policy of its own against one route; to this
 * system it looks the same: the write of the VirtualService is refused, and Metacontroller does not say so.
 */
describe('a merge with which the API server refuses the VirtualService', () => {
  let mesh: Mesh;
  let envoy: Envoy;
  let envs: Envs;

  beforeAll(async () => {
    if (!canLoad) return;
    mesh = await startMergingMesh(CONFIG);
    await applyAll(mesh, [
      ...envsWorld(),
      deployment(branchOf('backend'), BRANCH),
      service(branchOf('backend'), branchOf('backend')),
      ...refusingPolicy(),
    ]);
    await untilAvailable(mesh);
    await untilPolicy(mesh);
    envoy = await startClient(mesh);
    envs = await followEnvs(mesh.cluster.api);
  }, 400_000);
  afterAll(async () => {
    envs?.stop();
    await mesh?.stop();
  });

  const versionFor = async (headers: Record<string, string>) => {
    const request = { method: 'GET', authority: `backend.${NAMESPACE}`, path: '/', headers };
    const { echo, status } = await send(envoy.portFor(80), request);
    return echo?.labels['version'] ?? `status ${status}`;
  };
  const untilVersion = (headers: Record<string, string>, wanted: string) =>
    until(30, async () => {
      const version = await versionFor(headers);
      return version === wanted ? undefined : `${JSON.stringify(headers)}: ${version}`;
    });

  /** One env comes and goes. Returns the seconds until it was Ready, and until it was gone. */
  const live = async (env: string): Promise<number[]> => {
    const start = Date.now();
    await envs.create(env, env);
    await envs.untilReady(env);
    const ready = Date.now();
    await untilVersion({ [HEADER]: env }, env);
    const leaving = Date.now();
    await envs.remove(env);
    await envs.untilGone(env);
    return [(ready - start) / 1000, (Date.now() - leaving) / 1000];
  };

  loadTest(
    'envs of the same target come and go, and other merges get in',
    async () => {
      const merging = applyAll(mesh, [
        merge('early', 'backend', routed('x-early')),
        merge('refused', 'backend', routed(FORBIDDEN_HEADER)),
        merge('late', 'backend', routed('x-late')),
      ]);
      const lanes = ['a', 'b'].map(async (lane) => {
        const times: number[][] = [];
        for (let life = 0; life < LIVES; life += 1) times.push(await live(`${lane}${life}`));
        return times;
      });
      await merging;
      const began = Date.now();
      await untilMerged(mesh, 'early', 'late');
      const merged = (Date.now() - began) / 1000;
      await untilVersion({ 'x-early': 'yes' }, BRANCH);
      await untilVersion({ 'x-late': 'yes' }, BRANCH);
      await untilMerge(mesh, 'refused', /^Merged False Refused$/, 120);
      const refused = (Date.now() - began) / 1000;
      const times = (await Promise.all(lanes)).flat();
      const most = (at: number) => Math.max(...times.map((one) => one[at] ?? Number.NaN));
      const seconds = (value: number) => `${value.toFixed(1)} s`;
      const value = `the others merged after ${seconds(merged)}, Refused after ${seconds(refused)}; ${times.length} envs Ready after at most ${seconds(most(0))}, gone after at most ${seconds(most(1))}`;
      recordFigure({ section: 'Merges', what: 'a merge is refused', value });
      process.stderr.write(`${value}\n${JSON.stringify(times)}\n`);
      expect(most(0)).toBeLessThanOrEqual(MOST_SECONDS);
      expect(most(1)).toBeLessThanOrEqual(MOST_SECONDS);
      const target = await virtualServiceOf(mesh, 'backend');
      expect(JSON.stringify(target.spec)).not.toContain(FORBIDDEN_HEADER);
    },
    400_000,
  );

  loadTest('the merge gets in when it is changed', async () => {
    await applyAll(mesh, [merge('refused', 'backend', routed('x-allowed'))]);
    await untilMerged(mesh, 'refused');
    await untilVersion({ 'x-allowed': 'yes' }, BRANCH);
  });
});

async function untilPolicy(mesh: Mesh): Promise<void> {
  const { metadata, spec, ...own } = await virtualServiceOf(mesh, 'backend');
  const { http } = routed(FORBIDDEN_HEADER);
  const named = { name: metadata.name, namespace: NAMESPACE };
  const object = {
    ...own,
    metadata: named,
    spec: { ...spec, http: [...http, ...(spec.http ?? [])] },
  };
  await until(60, async () =>
    mesh.cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], { input: object }).then(
      () => 'the policy has no effect yet',
      (error: Error) => (error.message.includes('no-forbidden-route') ? undefined : error.message),
    ),
  );
}

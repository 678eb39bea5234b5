import type { DynamicEnv } from '../../../../src/api/dynamicenv.ts';
import type { LocalObject } from '../../../../src/simulator/object.ts';
import type { Api } from '../../../e2e/control-plane/api.ts';
import { until } from '../../../e2e/control-plane/poll.ts';
import { follow } from '../../../e2e/control-plane/watch.ts';
import { createTimeline, type Epoch, type Timeline } from './timeline.ts';
import { dynamicEnv } from './world.ts';

const ENVS = '/apis/riskified.com/v1alpha1/dynamicenvs';
/** Patience, not a promise: a busy machine may need long to start Metacontroller again. */
const READY_SECONDS = 240;
const LOOK_MS = 20;

/** A merge patch: null removes a field. */
type SpecPatch = { [F in keyof DynamicEnv['spec']]?: DynamicEnv['spec'][F] | null };

/**
 * Writes envs as a developer does, and waits for them. The timeline records what was requested and what was observed.
 */
export interface Envs {
  timeline: Timeline;
  /** `ref`: it takes the requests of this ref, not those of a user. */
  create(env: string, user: Epoch['user'], ref?: string): Promise<void>;
  createAs(object: LocalObject & DynamicEnv, user: Epoch['user']): Promise<void>;
  /** Changes the spec by a merge patch. After it the env takes this user's requests. */
  patch(env: string, user: Epoch['user'], spec: SpecPatch): Promise<void>;
  remove(env: string): Promise<void>;
  untilReady(env: string): Promise<void>;
  untilGone(env: string): Promise<void>;
  stop(): void;
}

export async function followEnvs(api: Api): Promise<Envs> {
  const timeline = createTimeline();
  const stop = await follow<DynamicEnv>(api, ENVS, timeline.observe);
  const seen = (env: string, what: string, check: (env: string) => boolean) =>
    until(
      READY_SECONDS,
      async () => (check(env) ? undefined : `${env} is not ${what}: ${timeline.describe(env)}`),
      LOOK_MS,
    );
  const createAs: Envs['createAs'] = (body, user) =>
    timeline.change(body.metadata.name, user, () => api.call('POST', ENVS, { body }));
  return {
    timeline,
    create: (env, user, ref) =>
      createAs(dynamicEnv(env, ref === undefined ? `${user}` : { ref }), user),
    createAs,
    patch: (env, user, spec) => {
      const options = { body: { spec }, contentType: 'application/merge-patch+json' };
      return timeline.change(env, user, () => api.call('PATCH', `${ENVS}/${env}`, options));
    },
    remove: (env) => {
      const body = { propagationPolicy: 'Background' };
      return timeline.remove(env, () => api.call('DELETE', `${ENVS}/${env}`, { body }));
    },
    untilReady: (env) => seen(env, 'Ready', timeline.isReady),
    untilGone: (env) => seen(env, 'gone', timeline.isGone),
    stop,
  };
}

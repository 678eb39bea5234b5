import type { RouteInjection } from '../../src/api/routeinjection.ts';
import type { VirtualService } from '../../src/istio/types.ts';
import { canonicalJson } from '../../src/k8s/canonical.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { deleted } from './envs.ts';
import { compositeRequest, decoratorRequest, updateReview } from './requests.ts';
import { decorated, followed, type Owned, type Scene } from './scene.ts';

/** One call of a hook. `text` is the request's body. */
export interface Call {
  hook: 'sync' | 'finalize' | 'decorator' | 'admission';
  state: 'idle' | 'activation' | 'removal' | 'rewrite';
  url: string;
  text: string;
}

const URLS = {
  sync: '/dynamicenv/sync',
  finalize: '/dynamicenv/finalize',
  decorator: '/route-injection/sync',
  admission: '/admission/virtualservices',
};

/** The keys of the body are sorted, because Go sorts the keys of a map when it writes JSON. */
function call(hook: Call['hook'], state: Call['state'], body: object): Call {
  return { hook, state, url: URLS[hook], text: canonicalJson(body) };
}

/** The sync and finalize calls in the life of one env, as Metacontroller sends them. */
export function envCalls(scene: Scene, at: number): Call[] {
  const one = scene.owned[at];
  if (one === undefined) throw new Error(`the scene has no env ${at}`);
  const { config, inventory } = scene;
  const before = one.children.map((object) => switched(object, false));
  const request = (env: Owned['env'], children: readonly KubeObject[]) =>
    compositeRequest(env, children, inventory, config);
  return [
    call('sync', 'idle', request(one.env, one.children)),
    call('sync', 'activation', request({ ...one.env, status: pending(one) }, before)),
    call('finalize', 'removal', request(deleted(one.env), one.children)),
  ];
}

function pending({ env }: Owned): NonNullable<Owned['env']['status']> {
  const { conditions = [], ...status } = env.status ?? {
    state: 'ready',
    totalCount: 1,
    totalReady: 1,
  };
  return {
    ...status,
    state: 'processing',
    conditions: conditions.map((one) => ({ ...one, status: 'False' as const })),
  };
}

/**
 * The decorator and admission calls for one VirtualService while the last of its envs is created, is Ready, and is
 * removed.
 */
export function virtualServiceCalls(scene: Scene, at: number): Call[] {
  const now = scene.virtualServices[at];
  const plain = scene.services[at]?.virtualService as VirtualService | undefined;
  if (now === undefined || plain === undefined) throw new Error(`the scene has no service ${at}`);
  const { config } = scene;
  const injections = scene.injectionsOf(at);
  const merges = scene.mergesOf(at);
  const pendingLast = injections.map((one, index) =>
    index === injections.length - 1 ? (switched(one, false) as RouteInjection) : one,
  );
  const before = followed(plain, pendingLast, config, merges);
  const user = 'ci@example.com';
  // The owner applies the manifest again with another timeout. The manifest has no marks and no injected routes.
  const rewritten = rewrite(plain);
  return [
    call('decorator', 'idle', decoratorRequest(now, injections, config, merges)),
    call('decorator', 'activation', decoratorRequest(before, injections, config, merges)),
    call('decorator', 'removal', decoratorRequest(now, pendingLast, config, merges)),
    call('admission', 'idle', updateReview(user, touched(now), now)),
    call(
      'admission',
      'activation',
      updateReview(
        config.metacontrollerUser,
        decorated(before, injections, config, merges),
        before,
      ),
    ),
    call(
      'admission',
      'removal',
      updateReview(config.metacontrollerUser, decorated(now, pendingLast, config, merges), now),
    ),
    call('admission', 'rewrite', updateReview(user, rewritten, now)),
  ];
}

function switched(object: KubeObject, active: boolean): KubeObject {
  if (object.kind !== 'RouteInjection') return object;
  const injection = object as RouteInjection;
  return { ...injection, spec: { ...injection.spec, active } } as KubeObject;
}

function touched(object: VirtualService): VirtualService {
  const labels = { ...object.metadata.labels, touched: 'true' };
  return { ...object, metadata: { ...object.metadata, labels } };
}

function rewrite(object: VirtualService): VirtualService {
  const http = (object.spec.http ?? []).map((route) => ({ ...route, timeout: '11s' }));
  return { ...object, spec: { ...object.spec, http } };
}

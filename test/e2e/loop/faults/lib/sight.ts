import type { DynamicEnv } from '../../../../../src/api/dynamicenv.ts';
import { DRAINING_ANNOTATION, SPEC_ANNOTATION } from '../../../../../src/api/marks.ts';
import type { RouteInjection } from '../../../../../src/api/routeinjection.ts';
import type { HTTPRoute, VirtualService } from '../../../../../src/istio/types.ts';
import { type Deployment, isAvailable } from '../../../../../src/k8s/workload.ts';
import type { LocalObject } from '../../../../../src/local/object.ts';
import type { Api } from '../../../control-plane/api.ts';
import { pathOfAll, read } from './writes.ts';

/** How an env stands at one moment. */
export interface Sight {
  env: DynamicEnv | undefined;
  clone: Deployment | undefined;
  injections: RouteInjection[];
  virtualService: VirtualService | undefined;
}

/** Reads an env whose base is `backend` in a namespace. */
export async function look(api: Api, name: string, namespace: string): Promise<Sight> {
  const [env, clone, injections, virtualService] = await Promise.all([
    read<DynamicEnv>(api, 'DynamicEnv', undefined, name),
    read<Deployment>(api, 'Deployment', namespace, `backend-${name}`),
    api.call<{ items: RouteInjection[] }>('GET', pathOfAll('RouteInjection')),
    read<VirtualService>(api, 'VirtualService', namespace, 'backend'),
  ]);
  const own = injections.items.filter(({ spec }) => spec.env === name);
  return { env, clone, injections: own, virtualService };
}

export function isActive({ injections }: Sight): boolean {
  return injections.some(({ spec }) => spec.active);
}

export function isRouted({ virtualService }: Sight, name: string): boolean {
  return virtualService?.spec.http?.some((route) => isOf(route, name)) ?? false;
}

function isOf({ name = '' }: HTTPRoute, env: string): boolean {
  return name.startsWith(`dynamic-environment-${env}-backend-`);
}

export function isStarted({ clone }: Sight): boolean {
  return clone !== undefined && isAvailable(clone);
}

export function isDraining({ clone }: Sight): boolean {
  return clone?.metadata.annotations?.[DRAINING_ANNOTATION] !== undefined;
}

export function imageOf({ clone }: Sight): string | undefined {
  return clone?.spec.template.spec?.containers[0]?.image;
}

function isInjected({ name = '' }: HTTPRoute): boolean {
  return /^dynamic-environment-.+-[0-9a-f]{10}$/.test(name);
}

/** What lacks until the env serves with this image and its routes are those of all the user's routes. */
export function unready(sight: Sight, name: string, image: string): string | undefined {
  const { env, clone, virtualService } = sight;
  const ready = env?.status?.conditions?.find(({ type }) => type === 'Ready');
  const routes = virtualService?.spec.http ?? [];
  const own = routes.filter((route) => isOf(route, name)).length;
  const theirs = routes.filter((route) => !isInjected(route)).length;
  const facts = {
    'the env is there': env !== undefined,
    [`Ready (${ready?.reason}: ${ready?.message})`]: ready?.status === 'True',
    'its status is of now': env?.status?.observedGeneration === env?.metadata.generation,
    [`the clone's image is ${image}`]: imageOf(sight) === image,
    'the clone is available': isStarted(sight),
    'the clone has its mark': clone?.metadata.annotations?.[SPEC_ANNOTATION] !== undefined,
    'the clone does not drain': !isDraining(sight),
    'its injection is active': isActive(sight),
    'every route has its copy': own > 0 && own === theirs,
  };
  return Object.entries(facts).find(([, holds]) => !holds)?.[0];
}

/** What is left of an env that was deleted. */
export async function remains(api: Api, name: string): Promise<string | undefined> {
  const of = async (kind: string) =>
    (await api.call<{ items: LocalObject[] }>('GET', pathOfAll(kind))).items.map((object) => ({
      ...object,
      kind,
    }));
  const kinds = ['DynamicEnv', 'RouteInjection', 'Deployment', 'DestinationRule', 'VirtualService'];
  const objects = (await Promise.all(kinds.map(of))).flat();
  const left = objects.filter((object) => mentions(object, name));
  if (left.length === 0) return undefined;
  return `left: ${left.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(', ')}`;
}

function mentions(object: LocalObject, name: string): boolean {
  const { annotations = {}, labels = {} } = object.metadata;
  const envs = annotations['riskified.com/dynamic-environment']?.split(',') ?? [];
  return (
    (object.kind === 'DynamicEnv' && object.metadata.name === name) ||
    envs.includes(name) ||
    `env.riskified.com/${name}` in labels ||
    JSON.stringify(object.spec).includes(`dynamic-environment-${name}-`)
  );
}

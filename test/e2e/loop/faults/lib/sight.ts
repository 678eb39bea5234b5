import type { DynamicEnv } from '../../../../../src/api/dynamicenv.ts';
import { DRAINING_ANNOTATION, SPEC_ANNOTATION } from '../../../../../src/api/marks.ts';
import type { RouteInjection } from '../../../../../src/api/routeinjection.ts';
import type { HTTPRoute, VirtualService } from '../../../../../src/istio/types.ts';
import { type Deployment, isAvailable } from '../../../../../src/k8s/workload.ts';
import type { LocalObject } from '../../../../../src/simulator/object.ts';
import type { Api } from '../../../control-plane/api.ts';
import { pathOfAll } from './writes.ts';

/** An env, and the objects that belong to it, at one moment. */
export interface Sight {
  env: DynamicEnv | undefined;
  clone: Deployment | undefined;
  injections: RouteInjection[];
  virtualService: VirtualService | undefined;
}

/**
 * Reads all envs, and their objects in one namespace. Returns a function that returns the Sight of the env with a name.
 */
export async function lookAll(api: Api, namespace: string): Promise<(name: string) => Sight> {
  const [envs, clones, injections, virtualServices] = await Promise.all([
    list<DynamicEnv>(api, 'DynamicEnv'),
    list<Deployment>(api, 'Deployment', namespace),
    list<RouteInjection>(api, 'RouteInjection'),
    list<VirtualService>(api, 'VirtualService', namespace),
  ]);
  return (name) => ({
    env: envs.find(({ metadata }) => metadata.name === name),
    clone: clones.find(({ metadata }) => metadata.name === `backend-${name}`),
    injections: injections.filter(({ spec }) => spec.env === name),
    virtualService: virtualServices.find(({ metadata }) => metadata.name === 'backend'),
  });
}

async function list<T>(api: Api, kind: string, namespace?: string): Promise<T[]> {
  return (await api.call<{ items: T[] }>('GET', pathOfAll(kind, namespace))).items;
}

export async function look(api: Api, name: string, namespace: string): Promise<Sight> {
  return (await lookAll(api, namespace))(name);
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

/**
 * What is still missing until the env is Ready with this image and the VirtualService has one copy of each of the
 * user's routes; undefined if nothing is missing.
 */
export function unready(sight: Sight, name: string, image: string): string | undefined {
  const { env, clone, virtualService } = sight;
  const ready = env?.status?.conditions?.find(({ type }) => type === 'Ready');
  const routes = virtualService?.spec.http ?? [];
  const own = routes.filter((route) => isOf(route, name)).length;
  const theirs = routes.filter((route) => !isInjected(route)).length;
  const facts = {
    'the env exists': env !== undefined,
    [`Ready (${ready?.reason}: ${ready?.message})`]: ready?.status === 'True',
    'the status is for the latest generation':
      env?.status?.observedGeneration === env?.metadata.generation,
    [`the clone's image is ${image}`]: imageOf(sight) === image,
    'the clone is available': isStarted(sight),
    'the clone has the annotation with the hash of its spec':
      clone?.metadata.annotations?.[SPEC_ANNOTATION] !== undefined,
    'the clone is not draining': !isDraining(sight),
    'the RouteInjection is active': isActive(sight),
    "every route of the user has the env's copy": own > 0 && own === theirs,
  };
  return Object.entries(facts).find(([, holds]) => !holds)?.[0];
}

/** Text with the objects that still belong to a deleted env; undefined if there are none. */
export async function remains(api: Api, name: string): Promise<string | undefined> {
  const of = async (kind: string) =>
    (await list<LocalObject>(api, kind)).map((object) => ({ ...object, kind }));
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

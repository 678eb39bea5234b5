import type { VirtualService } from '../../../../src/istio/types.ts';
import type { Api } from '../../../e2e/control-plane/api.ts';
import { follow, type Versioned } from '../../../e2e/control-plane/watch.ts';
import { NAMESPACE } from './world.ts';

const RULES = `/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/destinationrules`;
const VIRTUAL_SERVICES = `/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/virtualservices`;

/**
 * The times at which the watch reported that an env's DestinationRule and routes were stored or removed. Milliseconds
 * since 1970.
 */
export interface Marks {
  ruleCame?: number;
  routesCame?: number;
  routesLeft?: number;
  ruleLeft?: number;
}

export interface MarkWatch {
  of(env: string): Marks;
  stop(): void;
}

/** Watches the DestinationRules and routes of these envs. Each env must be created only once. */
export async function followMarks(api: Api, envs: readonly string[]): Promise<MarkWatch> {
  const marks = new Map(envs.map((env): [string, Marks] => [env, {}]));
  const stopRules = await follow<Versioned>(api, RULES, ({ type, object }) => {
    for (const [env, own] of marks) {
      if (!object.metadata.name.startsWith(`backend-${env}-`)) continue;
      if (type === 'DELETED') own.ruleLeft = Date.now();
      else own.ruleCame ??= Date.now();
    }
  });
  const stopRoutes = await follow<Versioned & VirtualService>(
    api,
    VIRTUAL_SERVICES,
    ({ object }) => {
      for (const [env, own] of marks) {
        if (hasRoutes(object, env)) own.routesCame ??= Date.now();
        else if (own.routesCame !== undefined) own.routesLeft ??= Date.now();
      }
    },
  );
  return {
    of: (env) => marks.get(env) ?? {},
    stop: () => {
      stopRules();
      stopRoutes();
    },
  };
}

function hasRoutes({ spec }: VirtualService, env: string): boolean {
  const prefix = `dynamic-environment-${env}-backend-`;
  return spec.http?.some(({ name }) => name?.startsWith(prefix)) ?? false;
}

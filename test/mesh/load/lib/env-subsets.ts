import type { DestinationRule, VirtualService } from '../../../../src/istio/types.ts';
import type { Api } from '../../../e2e/control-plane/api.ts';
import { NAMESPACE } from './world.ts';

const PATH = `/apis/networking.istio.io/v1/namespaces/${NAMESPACE}`;

interface List<T> {
  items: T[];
}

/** The subsets of all DestinationRules that envs own, each as JSON of name and labels. */
export async function envSubsets(api: Api): Promise<string[]> {
  const path = `${PATH}/destinationrules?labelSelector=dynamic-env`;
  const { items } = await api.call<List<DestinationRule>>('GET', path);
  return items.flatMap(({ spec }) =>
    (spec.subsets ?? []).map(({ name, labels }) => JSON.stringify({ name, labels })),
  );
}

/** Names of the subsets that are destinations of injected routes. */
export async function routedSubsets(api: Api): Promise<string[]> {
  const { items } = await api.call<List<VirtualService>>('GET', `${PATH}/virtualservices`);
  return items
    .flatMap(({ spec }) => spec.http ?? [])
    .filter(({ name }) => name?.startsWith('dynamic-environment-'))
    .flatMap(({ route }) => (route ?? []).map(({ destination }) => destination.subset ?? ''));
}

import { loadCrds } from '../../crds.ts';
import { definedKind } from '../../simulator/discovery.ts';
import type { Kind } from '../../simulator/kinds.ts';

/** The kinds of the CustomResourceDefinitions that ship with this program. */
export async function ownKinds(): Promise<Kind[]> {
  return Object.values(await loadCrds()).map(definedKind);
}

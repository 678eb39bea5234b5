import { loadCrds } from '../../crds.ts';
import { definedKind } from '../../simulator/discovery.ts';
import type { ServedKind } from '../../simulator/kinds.ts';

/** The kinds of the CustomResourceDefinitions that ship with this program. */
export async function ownKinds(): Promise<ServedKind[]> {
  return Object.values(await loadCrds()).map(definedKind);
}

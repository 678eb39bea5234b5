import { ownKinds } from '../../src/cli/common/own-kinds.ts';
import { createDiscovery } from '../../src/simulator/discovery.ts';
import { SERVED_NOTE } from './tiny-kind/kind.ts';

/** The kinds that the CustomResourceDefinitions in crds/ define. */
export const OWN_KINDS = await ownKinds();
/** Discovery data of a cluster with these definitions. `Note` is a kind for tests only. */
export const DISCOVERY = createDiscovery([...OWN_KINDS, SERVED_NOTE]);

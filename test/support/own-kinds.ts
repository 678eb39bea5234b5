import { ownKinds } from '../../src/cli/shared/own-kinds.ts';
import { createDiscovery } from '../../src/simulator/discovery.ts';
import { SERVED_NOTE } from './tiny-kind/kind.ts';

/** The kinds of the shipped CustomResourceDefinitions. */
export const OWN_KINDS = await ownKinds();
/** A cluster with these definitions serves these kinds. `Note` is the tests' own. */
export const DISCOVERY = createDiscovery([...OWN_KINDS, SERVED_NOTE]);

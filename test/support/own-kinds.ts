import { ownKinds } from '../../src/cli/shared/own-kinds.ts';
import { createDiscovery } from '../../src/simulator/discovery.ts';

/** The kinds of the shipped CustomResourceDefinitions. */
export const OWN_KINDS = await ownKinds();
/** A cluster with these definitions serves these kinds. */
export const DISCOVERY = createDiscovery(OWN_KINDS);

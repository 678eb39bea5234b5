import { CARRIERS, type Carrier } from '../refs/pick.ts';
import type { RefFlags } from '../refs/settings.ts';
import type { Flag, FlagsFor } from './flag.ts';
import { DNS_LABEL, DNS_NAME, list, matching, readLabelKey, seconds, text } from './flag-values.ts';

/** Settings about the cluster. Several kinds share them: each takes those that it needs into its own settings. */
export interface ClusterSettings extends RefFlags {
  clusterDomain: string;
  /** Seconds between the removal of routes and the deletion of what they led to: Istio's propagation and requests in flight. */
  drainSeconds: number;
  /** Seconds a DestinationRule must exist before requests are routed to its subsets. */
  settleSeconds: number;
  /** Pod label that tells versions apart. */
  versionLabel: string;
  /** Namespaces whose Services and DestinationRules are read through a MeshIndex. */
  indexedNamespaces: readonly string[];
  /** The only user who may write plans and index labels. */
  metacontrollerUser: string;
  /** The API groups whose VirtualServiceMerges are merged; empty: none, as without the kind. */
  mergeGroups: readonly MergeGroup[];
}

/**
 * It is also the key of a member of `baggage` and the name of a cookie. Regexes contain it: with longer names they could be longer
 * than Istio accepts.
 */
const ROUTE_HEADER = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/;

function routeHeader(name: string, fallback: string, help: string) {
  const read = (given: string): string => {
    const header = given.toLowerCase();
    if (!ROUTE_HEADER.test(header) || header === 'baggage' || header === 'cookie') {
      throw new Error(
        'expected a header name of letters, digits and dashes, of at most 32 characters, other than baggage and cookie',
      );
    }
    return header;
  };
  return { ...text(name, 'HEADER', fallback, help), read };
}

function readCarrier(item: string): 'header' | Carrier {
  const known = ['header', ...CARRIERS] as const;
  const carrier = known.find((one) => one === item);
  if (carrier === undefined) throw new Error(`expected one of ${known.join(', ')}`);
  return carrier;
}

/** As in `api/virtualservicemerge.ts`, which this folder must not import; a test compares them. */
export const MERGE_GROUPS = ['istiomerger.monime.sl', 'istiomerge.monime.sl'] as const;
type MergeGroup = (typeof MERGE_GROUPS)[number];

function readMergeGroup(item: string): MergeGroup {
  const known = MERGE_GROUPS.find((one) => one === item);
  if (known === undefined) throw new Error(`expected one of ${MERGE_GROUPS.join(', ')}, or both`);
  return known;
}

const mergeGroups = list(
  'merge-groups',
  'API groups whose VirtualServiceMerges are merged, with --kinds virtual-service-merge: those whose definition is installed. Simulations (preview, trace) read all groups',
  readMergeGroup,
);

export const CLUSTER_FLAGS = {
  clusterDomain: {
    ...text('cluster-domain', 'DOMAIN', 'cluster.local', "the cluster's DNS domain"),
    read: matching(DNS_NAME, 'a DNS domain'),
  },
  drainSeconds: seconds(
    'drain-seconds',
    '10',
    "how long a clone or subset stays after its last route left (Istio's propagation and requests in flight)",
  ),
  settleSeconds: seconds(
    'settle-seconds',
    '3',
    'how long a DestinationRule exists before requests are routed to its subset',
  ),
  versionLabel: {
    ...text('version-label', 'LABEL', 'version', 'pod label that tells versions apart'),
    read: readLabelKey,
  },
  indexedNamespaces: list(
    'indexed-namespaces',
    'namespaces whose Services and DestinationRules are read through a MeshIndex, which a controller must keep there',
    matching(DNS_LABEL, 'namespaces'),
  ),
  metacontrollerUser: {
    ...text(
      'metacontroller-user',
      'NAME',
      'system:serviceaccount:metacontroller:metacontroller',
      'the only user who may write plans and index labels on VirtualServices',
    ),
    read: matching(/^\S+$/, 'a user name'),
  },
  serviceRouteHeader: routeHeader(
    'service-route-header',
    'x-service-route',
    'header with the refs of single services, such as payment-service:mp-101::cart-service:mp-102',
  ),
  sourceRouteHeader: routeHeader(
    'source-route-header',
    'x-source-route',
    'header with the ref of all services, such as mp-101',
  ),
  refCarriers: {
    ...list(
      'ref-carriers',
      'what carries refs: header (always), baggage, and cookie at gateways; each costs every proxy time for each request',
      readCarrier,
    ),
    fallback: 'header',
  } as Flag<('header' | Carrier)[]>,
  mergeGroups: {
    ...mergeGroups,
    fallback: MERGE_GROUPS[0],
    read: (given) => [...new Set(mergeGroups.read(given))],
  } as Flag<MergeGroup[]>,
} satisfies FlagsFor<ClusterSettings>;

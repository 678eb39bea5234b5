import type { ApiServer } from '../api-server/types.ts';
import type { LocalObject } from '../object.ts';

/** What was applied last, and what came of it. */
interface Applied {
  desired: string;
  uid: string | undefined;
  generation: number;
  resourceVersion: string | undefined;
}

/** One for all controllers (`lastUpdatedCache` in pkg/controller/common/manage_children.go). */
export interface AppliedCache {
  /** Was exactly this applied last, and does neither uid nor generation of the observed object tell of a change since? */
  isCurrent(desired: string, observed: LocalObject): boolean;
  remember(desired: string, stored: LocalObject): void;
  forget(object: LocalObject): void;
}

export function createAppliedCache({ keyOf }: Pick<ApiServer, 'keyOf'>): AppliedCache {
  const entries = new Map<string, Applied>();
  const cacheKey = (object: LocalObject): string => {
    const { kind, namespace, name } = keyOf(object);
    return `${kind.group}/${kind.kind}/${namespace ?? ''}/${name}`;
  };
  return {
    // Labels and annotations that somebody changed by hand do not change the generation: they are not noticed.
    isCurrent: (desired, observed) => {
      const known = entries.get(cacheKey(observed));
      const { uid, generation = 0, resourceVersion } = observed.metadata;
      return (
        known !== undefined &&
        known.uid === uid &&
        known.desired === desired &&
        known.generation === generation &&
        (generation !== 0 || known.resourceVersion === resourceVersion)
      );
    },
    remember: (desired, { metadata, ...rest }) => {
      const { uid, generation = 0, resourceVersion } = metadata;
      entries.set(cacheKey({ ...rest, metadata }), { desired, uid, generation, resourceVersion });
    },
    forget: (object) => {
      entries.delete(cacheKey(object));
    },
  };
}

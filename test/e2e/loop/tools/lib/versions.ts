import type { HTTPRoute } from '../../../../../src/istio/types.ts';
import { canonicalJson } from '../../../../../src/k8s/canonical.ts';
import { type Api, ApiFailure } from '../../../control-plane/api.ts';
import { until } from '../../../control-plane/poll.ts';

/** A VirtualService as the API server stores it. */
export interface Stored {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace: string;
    resourceVersion: string;
    generation: number;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    managedFields?: ManagedFields[];
  };
  spec: { http: HTTPRoute[] };
}

export interface ManagedFields {
  manager: string;
  operation: string;
  apiVersion: string;
  fieldsV1: Record<string, unknown>;
  time?: string;
}

export interface Version {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: Stored;
}

/** All stored versions of the VirtualServices of one namespace, in the order in which they were stored. */
export interface Versions {
  /** All versions up to the one that is stored now. Waits until the watch has reported it. */
  all(): Promise<readonly Version[]>;
  /** The VirtualService `backend` as it is stored now. */
  current(): Promise<Stored>;
  stop(): void;
}

const PATIENCE_SECONDS = 60;

/** The path of the VirtualServices of a namespace in the API server. */
export function pathOf(namespace: string): string {
  return `/apis/networking.istio.io/v1/namespaces/${namespace}/virtualservices`;
}

/**
 * Starts a watch. It is never restarted, because a second watch could miss versions; if it ends, `all` throws an error.
 */
export async function watchVersions(api: Api, namespace: string): Promise<Versions> {
  const path = pathOf(namespace);
  const { metadata } = await api.call<{ metadata: { resourceVersion: string } }>('GET', path);
  const seen: Version[] = [];
  let ended: Error | undefined;
  const stop = api.stream(
    `${path}?watch=1&resourceVersion=${metadata.resourceVersion}`,
    (line) => {
      const version = line as Version;
      if (['ADDED', 'MODIFIED', 'DELETED'].includes(version.type)) seen.push(version);
      else ended = new Error(`the watch returned ${JSON.stringify(line)}`);
    },
    (error) => {
      ended ??= error ?? new Error('the API server ended the watch');
    },
  );
  const current = () => api.call<Stored>('GET', `${path}/backend`);
  const latest = async () => {
    const answer = await current().catch((error: unknown) => {
      // The VirtualService does not exist before the tool has written it, and after it was deleted.
      if (error instanceof ApiFailure && error.code === 404) return undefined;
      throw error;
    });
    return answer?.metadata.resourceVersion;
  };
  return {
    all: async () => {
      const version = await latest();
      await until(
        PATIENCE_SECONDS,
        async () => {
          if (ended !== undefined) throw ended;
          const shouldCompile =
            version === undefined ||
            seen.some(({ object }) => object.metadata.resourceVersion === version);
          return shouldCompile ? undefined : `the watch has not reported version ${version}`;
        },
        20,
      );
      return [...seen];
    },
    current,
    stop,
  };
}

/** The versions from index `from` that differ from the version before in more than managed fields. */
export function changesAmong(versions: readonly Version[], from: number): Version[] {
  return versions.filter(
    (version, index) => index >= from && contentOf(version) !== contentOf(versions[index - 1]),
  );
}

function contentOf(version: Version | undefined): string | undefined {
  if (version === undefined) return undefined;
  const { metadata, spec } = version.object;
  const { managedFields: _fields, resourceVersion: _version, ...rest } = metadata;
  return canonicalJson({ type: version.type === 'DELETED', metadata: rest, spec });
}

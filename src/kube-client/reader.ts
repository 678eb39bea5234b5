import { UsageError } from '../errors.ts';
import type { KubeObject } from '../k8s/object.ts';
import type { ChosenConfig } from './config.ts';
import { type Denied, deniedUser } from './denied.ts';
import { type Answer, getJson } from './request.ts';

export interface Resource {
  apiVersion: string;
  kind: string;
  /** Lower-case plural, as in URLs. */
  plural: string;
  isNamespaced: boolean;
}

export type Listed = { objects: KubeObject[] } | { denied: Denied } | 'unserved';
/** `object: undefined`: there is no object of that name. */
export type Got = { object: KubeObject | undefined } | { denied: Denied } | 'unserved';

/** Reads a cluster with the user's own rights. It cannot write. */
export interface Reader {
  /** Without a namespace: of all namespaces. `label`: only objects that have this label. */
  list(resource: Resource, scope?: { namespace?: string; label?: string }): Promise<Listed>;
  get(resource: Resource, name: string, namespace?: string): Promise<Got>;
  /** Does the cluster have this API group and version? Also true where the user may not ask, which is rare. */
  serves(resource: Resource): Promise<boolean>;
}

/** Objects in one page of a list, as in kubectl. */
const PAGE = '500';

export function createReader(chosen: ChosenConfig): Reader {
  const list: Reader['list'] = async (resource, { namespace, label } = {}) => {
    const objects: KubeObject[] = [];
    let next = '';
    do {
      const query = new URLSearchParams({ limit: PAGE });
      if (label !== undefined) query.set('labelSelector', label);
      if (next !== '') query.set('continue', next);
      const answer = await getJson(chosen, `${pathOf(resource, namespace)}?${query}`);
      const failure = failureOf(answer, 'list', resource, namespace, chosen);
      if (failure !== undefined) return failure;
      const { items, metadata } = answer.body as ListBody;
      objects.push(...items.map((item) => named(item, resource)));
      next = metadata?.continue ?? '';
    } while (next !== '');
    return { objects };
  };
  const get: Reader['get'] = async (resource, name, namespace) => {
    const path = `${pathOf(resource, namespace)}/${encodeURIComponent(name)}`;
    const answer = await getJson(chosen, path);
    if (answer.status === 404 && isStatus(answer)) return { object: undefined };
    const failure = failureOf(answer, 'get', resource, namespace, chosen);
    return failure ?? { object: named(answer.body as KubeObject, resource) };
  };
  const serves: Reader['serves'] = async ({ apiVersion }) => {
    const { status } = await getJson(chosen, `${rootOf(apiVersion)}/${apiVersion}`);
    return status !== 404;
  };
  return { list, get, serves };
}

interface ListBody {
  items: KubeObject[];
  metadata?: { continue?: string };
}

/** Items of a list of built-in kinds come without apiVersion and kind. */
function named(object: KubeObject, { apiVersion, kind }: Resource): KubeObject {
  return { ...object, apiVersion, kind };
}

function pathOf({ apiVersion, plural }: Resource, namespace: string | undefined): string {
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${rootOf(apiVersion)}/${apiVersion}${scope}/${plural}`;
}

function rootOf(apiVersion: string): string {
  return apiVersion.includes('/') ? '/apis' : '/api';
}

/** `deployments.apps`; `services` of the core group. */
export function resourceName({ apiVersion, plural }: Resource): string {
  const [group] = apiVersion.split('/');
  return group === apiVersion ? plural : `${plural}.${group}`;
}

function failureOf(
  answer: Answer,
  verb: Denied['verb'],
  resource: Resource,
  namespace: string | undefined,
  { server }: ChosenConfig,
): { denied: Denied } | 'unserved' | undefined {
  const { status, body } = answer;
  if (status === 200 && body !== undefined) return undefined;
  const message = messageOf(answer);
  if (status === 403) {
    const user = deniedUser(message);
    return {
      denied: {
        verb,
        resource: resourceName(resource),
        namespace,
        isNamespaced: resource.isNamespaced,
        ...(user === undefined ? {} : { user }),
      },
    };
  }
  // For a kind that is not served the API server answers plain text instead of a Status.
  if (status === 404 && !isStatus(answer)) return 'unserved';
  throw new UsageError(
    `the API server ${server} answered ${status} to ${verb} ${resourceName(resource)}: ${message}`,
  );
}

function isStatus({ body }: Answer): boolean {
  return (body as { kind?: unknown } | undefined)?.kind === 'Status';
}

function messageOf({ body }: Answer): string {
  return String((body as { message?: unknown } | undefined)?.message ?? 'without explanation');
}

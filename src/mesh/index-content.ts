import { gunzipSync, gzipSync } from 'node:zlib';
import { readable, type Unreadable } from '../api/unreadable.ts';
import type { DestinationRule } from '../istio/types.ts';
import { canonicalJson } from '../k8s/canonical.ts';
import { isMap } from '../k8s/json-map.ts';
import { shapeProblem } from '../k8s/json-shape.ts';
import { memoizedByText } from '../k8s/memoize.ts';
import type { KubeObject } from '../k8s/object.ts';
import type { Service } from '../k8s/workload.ts';
import { prunedRule, prunedService, unprunedService } from './index-prune.ts';

/** A namespace's Services and DestinationRules, with the fields that decisions read; each list sorted by name. */
export interface MeshContent {
  namespace: string;
  services: Service[];
  rules: DestinationRule[];
  /** Objects that are in neither list, because they cannot be read. The name is stored in every MeshIndex: it must not change. */
  unread?: Unreadable[];
}

/** Gzip in Base64 of canonical JSON: the order of keys does not change the text. */
export function encodeContent(content: MeshContent): string {
  const services = readable('Service', content.services);
  const rules = readable('DestinationRule', content.rules);
  const unread = [...services.unreadable, ...rules.unreadable];
  const json = canonicalJson({
    namespace: content.namespace,
    services: services.objects.map(prunedService),
    rules: rules.objects.map(prunedRule),
    // The previous version ignores this field, and does not see these objects.
    ...(unread.length === 0 ? {} : { unread }),
  });
  return gzipSync(json).toString('base64');
}

/** Every sync of an env reads the same few texts. With thousands of Services one takes some megabytes. */
const REMEMBERED = { size: 8, bytes: 16 * 2 ** 20 };
/** A few KiB of gzip can unpack to gigabytes. No namespace that fits into a request needs more than this. */
const MAX_JSON_BYTES = 16 * 2 ** 20;

/** The reverse of `encodeContent`; without `content`: the text cannot be read. */
export function decodeContent(text: string): { content?: MeshContent } {
  return decoded(text).decoded;
}

interface Decoded {
  decoded: { content?: MeshContent };
  /** UTF-16 units of its JSON. */
  bytes: number;
}

const decoded = memoizedByText<Decoded>(
  { ...REMEMBERED, bytesOf: ({ bytes }) => bytes },
  (text) => {
    const json = unzipped(text);
    return { decoded: decode(json), bytes: json.length };
  },
);

function decode(text: string): { content?: MeshContent } {
  const json = parsed(text);
  const { namespace, services, rules, unread = [] } = (json ?? {}) as Partial<MeshContent>;
  const isContent =
    typeof namespace === 'string' &&
    isListOfObjects(services) &&
    isListOfObjects(rules) &&
    isListOfUnread(unread);
  if (!isContent) return {};
  const placed =
    (apiVersion: string, kind: string) =>
    <T extends KubeObject>(object: T): T => ({
      ...object,
      apiVersion,
      kind,
      metadata: { ...object.metadata, namespace },
    });
  const known = readable('Service', services.map(placed('v1', 'Service')) as Service[]);
  const read = readable(
    'DestinationRule',
    rules.map(placed('networking.istio.io/v1', 'DestinationRule')) as DestinationRule[],
  );
  const wrong = [
    ...known.unreadable,
    ...read.unreadable,
    ...unread.map((one) => ({ ...one, namespace })),
  ];
  return {
    content: {
      namespace,
      services: known.objects.map(unprunedService),
      rules: [...read.objects],
      ...(wrong.length === 0 ? {} : { unread: wrong }),
    },
  };
}

/** Empty: the text is no gzip, or unpacks to too much. */
function unzipped(text: string): string {
  try {
    const bytes = gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: MAX_JSON_BYTES });
    return bytes.toString();
  } catch {
    return '';
  }
}

function parsed(text: string): unknown {
  if (shapeProblem(text) !== undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isListOfObjects(value: unknown): value is KubeObject[] {
  return (
    Array.isArray(value) &&
    value.every((item) => typeof item?.metadata?.name === 'string' && isMap(item.spec))
  );
}

function isListOfUnread(value: unknown): value is Unreadable[] {
  return (
    Array.isArray(value) &&
    value.every(
      (item) =>
        isMap(item) &&
        ['kind', 'name', 'wrong'].every((key) => typeof item[key] === 'string') &&
        ['undefined', 'string'].includes(typeof item['host']),
    )
  );
}

import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { BODIES } from '../../http/lib/bodies.ts';
import { recordedCalls } from '../../unit/simulator/recorded.ts';
import { FAMILIES } from './families.ts';
import { jsonOf } from './parts.ts';

/** A valid request body of a hook, before the mutation. */
export interface Sample {
  url: string;
  body: unknown;
}

const GOLDEN = new URL('../../golden/', import.meta.url);

/**
 * The size of the families' bodies. The families have about a hundred shapes; with this size each body is answered
 * quickly.
 */
const SMALL = 3;

/**
 * The bodies that are mutated: recorded requests of Metacontroller and the API server, the requests of the goldens, and
 * a small body of each family.
 */
export function corpus(): Sample[] {
  return [
    ...Object.entries(BODIES).map(([url, body]) => ({ url, body: body() })),
    ...['dynamic-apply', 'server-side-apply'].flatMap(recorded),
    ...['dynamicenv', 'virtualservice'].flatMap(golden),
    ...FAMILIES.map(({ url, body }) => ({ url, body: JSON.parse(jsonOf(body(SMALL))) as unknown })),
  ];
}

function recorded(strategy: string): Sample[] {
  return recordedCalls(strategy).map(({ url, request }) => ({ url, body: request }));
}

function golden(group: string): Sample[] {
  const folder = new URL(`${group}/`, GOLDEN);
  return readdirSync(folder).map((name) => {
    const text = readFileSync(new URL(`${name}/request.yaml`, folder), 'utf8');
    const { post, body } = parse(text) as { post: string; body: unknown };
    return { url: post, body };
  });
}

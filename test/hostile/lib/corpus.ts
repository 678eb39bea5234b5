import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { BODIES } from '../../http/lib/bodies.ts';
import { recordedCalls } from '../../unit/simulator/recorded.ts';
import { FAMILIES } from './families.ts';
import { jsonOf } from './parts.ts';

/** A body that a hook is sent, before anything of it is changed. */
export interface Sample {
  url: string;
  body: unknown;
}

const GOLDEN = new URL('../../golden/', import.meta.url);

/** Families of some hundred of such shapes, at sizes that are quickly answered. */
const SMALL = 3;

/** What is changed: bodies that Metacontroller and the API server sent, those of the goldens, and small ones of each family. */
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

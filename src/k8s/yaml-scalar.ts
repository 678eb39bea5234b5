import type { Scalar } from 'yaml';
import { type Plain, plainValue } from './yaml-plain.ts';

/** The value of a scalar, or why kubectl refuses it. */
type ScalarResult = { value: Plain } | { problem: string };

/** A tag of YAML's own types in full: `!!int` is `tag:yaml.org,2002:int`. */
export function tagOf(name: string): string {
  return `tag:yaml.org,2002:${name}`;
}

/** `resolve` in `resolve.go`. Without a tag, a scalar in quotes is always a string. */
export function readScalar(node: Scalar): ScalarResult {
  const { source: text = '', type = 'PLAIN', tag } = node;
  if (tag === undefined) return { value: type === 'PLAIN' ? plainValue(text) : text };
  if (tag === tagOf('binary')) return readBinary(text);
  const isOfTag = TYPES.get(tag);
  if (isOfTag === undefined) return { value: text };
  const value = plainValue(text);
  if (isOfTag(value)) return { value: tag === tagOf('float') ? Number(value) : value };
  return { problem: `${JSON.stringify(text)} is not a valid !!${tag.slice(tagOf('').length)}` };
}

const TYPES = new Map<string, (value: Plain) => boolean>([
  [tagOf('null'), (value) => value === null],
  [tagOf('bool'), (value) => typeof value === 'boolean'],
  [tagOf('int'), (value) => typeof value === 'bigint'],
  [tagOf('float'), (value) => typeof value === 'bigint' || typeof value === 'number'],
]);

function readBinary(text: string): ScalarResult {
  const packed = text.replace(/[\r\n]/g, '');
  if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(packed)) {
    return { value: Buffer.from(packed, 'base64').toString('utf8') };
  }
  return { problem: 'not base64 after !!binary' };
}

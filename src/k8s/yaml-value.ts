import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type ParsedNode,
  visit,
} from 'yaml';
import { keyText, type Plain } from './yaml-plain.ts';
import { readScalar, tagOf } from './yaml-scalar.ts';

/** A message about the node at an offset of the document. */
export interface Remark {
  offset: number;
  message: string;
}

/** The value that kubectl reads from a document. With problems there is no value. */
export interface Meaning {
  value: unknown;
  problems: Remark[];
  warnings: Remark[];
}

interface Reading {
  anchored: ReadonlyMap<Alias, Node>;
  problems: Remark[];
  warnings: Remark[];
  /** Number of nodes read, and how many of them were read through an alias. */
  count: number;
  copied: number;
  /** Aliases that are being read. */
  open: Set<Alias>;
}

/**
 * The JSON value of a tree whose scalars are still strings: `decode.go` of go.yaml.in/yaml/v2, then
 * `convertToJSONableObject` of sigs.k8s.io/yaml. Of duplicate keys the last one counts. `<<` sets its keys at the place
 * where it is written.
 */
export function meaningOf(tree: Node | null): Meaning {
  const problems: Remark[] = [];
  const warnings: Remark[] = [];
  const anchored = anchors(tree, problems);
  const reading: Reading = { anchored, problems, warnings, count: 0, copied: 0, open: new Set() };
  const value = problems.length > 0 ? undefined : read(tree, reading);
  return { value: problems.length > 0 ? undefined : value, problems, warnings };
}

/** An alias refers to the last anchor of that name before it. */
function anchors(tree: Node | null, problems: Remark[]): Map<Alias, Node> {
  const byName = new Map<string, Node>();
  const found = new Map<Alias, Node>();
  visit(tree, {
    Node: (_, node) => {
      if (isAlias(node)) {
        const meant = byName.get(node.source);
        if (meant !== undefined) found.set(node, meant);
        else
          problems.push(
            at(node, `the alias *${node.source} has no anchor &${node.source} before it`),
          );
      } else if ((node as ParsedNode).anchor !== undefined) {
        byName.set((node as ParsedNode).anchor as string, node);
      }
    },
  });
  return found;
}

function at(node: Node | null, message: string): Remark {
  return { offset: node?.range?.[0] ?? 0, message };
}

function read(node: Node | null, reading: Reading): unknown {
  const plain = readPlain(node, reading);
  if (typeof plain === 'number' && !Number.isFinite(plain)) {
    reading.problems.push(at(node, 'JSON has no such number: quote it, if it is a text'));
  }
  return typeof plain === 'bigint' ? Number(plain) : plain;
}

/** Like `read`, but integers stay bigint. */
function readPlain(node: Node | null, reading: Reading): unknown {
  reading.count += 1;
  if (reading.open.size > 0) reading.copied += 1;
  if (isTooMuch(reading)) reading.problems.push(at(node, 'the aliases expand to too many values'));
  if (reading.problems.length > 0) return undefined;
  if (isAlias(node)) return readAlias(node, reading);
  if (isSeq(node)) return node.items.map((item) => read(item as Node | null, reading));
  if (isMap(node)) {
    const members = new Map<string, unknown>();
    readMembers(node, members, reading);
    return Object.fromEntries(members);
  }
  if (!isScalar(node)) return null;
  const scalar = readScalar(node);
  if ('value' in scalar) return scalar.value;
  reading.problems.push(at(node, scalar.problem));
  return undefined;
}

/** The limit `allowedAliasRatio` of `decode.go`. */
function isTooMuch({ count, copied }: Reading): boolean {
  if (copied <= 100 || count <= 1000) return false;
  const over = Math.min(Math.max((count - 400_000) / 3_600_000, 0), 1);
  return copied / count > 0.99 - 0.89 * over;
}

function readAlias(alias: Alias, reading: Reading): unknown {
  if (reading.open.has(alias)) {
    reading.problems.push(at(alias, `the anchor &${alias.source} contains itself`));
    return undefined;
  }
  reading.open.add(alias);
  const value = readPlain(reading.anchored.get(alias) ?? null, reading);
  reading.open.delete(alias);
  return value;
}

type MapNode = Extract<Node, { items: { key: unknown; value?: unknown }[] }>;

function readMembers(map: MapNode, members: Map<string, unknown>, reading: Reading): void {
  const own = new Set<string>();
  for (const { key, value } of map.items as { key: Node | null; value: Node | null }[]) {
    if (isMerge(key)) {
      merge(value, members, reading);
      continue;
    }
    const name = readKey(key, reading);
    if (name === undefined) return;
    if (own.has(name)) {
      const message = `the key ${JSON.stringify(name)} occurs twice: kubectl uses the last one`;
      reading.warnings.push(at(key, message));
    }
    own.add(name);
    members.set(name, read(value, reading));
  }
}

function readKey(node: Node | null, reading: Reading): string | undefined {
  const key = readPlain(node, reading);
  if (reading.problems.length > 0) return undefined;
  if (typeof key === 'object' && key !== null) {
    reading.problems.push(
      at(node, 'a key must not be a map or list; is this a template that was not rendered?'),
    );
    return undefined;
  }
  const text = keyText(key as Plain);
  if (text === undefined) reading.problems.push(at(node, 'not a valid key in JSON: quote it'));
  return text;
}

function isMerge(key: Node | null): boolean {
  if (!isScalar(key) || key.source !== '<<') return false;
  return (
    (key.type === 'PLAIN' && key.tag === undefined) || key.tag === '!' || key.tag === tagOf('merge')
  );
}

function merge(node: Node | null, members: Map<string, unknown>, reading: Reading): void {
  // Earlier maps of the list override later ones.
  const sources = isSeq(node) ? (node.items as (Node | null)[]).toReversed() : [node];
  for (const source of sources) {
    const target = isAlias(source) ? reading.anchored.get(source) : source;
    if (!isMap(target)) {
      reading.problems.push(at(source, '"<<" takes a map, or a list of maps'));
      return;
    }
    reading.count += 1;
    if (isAlias(source)) {
      if (reading.open.has(source)) {
        reading.problems.push(at(source, `the anchor &${source.source} contains itself`));
        return;
      }
      reading.open.add(source);
      readMembers(target as MapNode, members, reading);
      reading.open.delete(source);
    } else readMembers(target as MapNode, members, reading);
  }
}

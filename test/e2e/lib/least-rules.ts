import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { PolicyRule } from './metacontroller.ts';

const FILE = new URL('../../../charts/dynamicenv/metacontroller-values.yaml', import.meta.url);

interface MetacontrollerValues {
  commandArgs: string[];
  clusterRole: { rules: PolicyRule[] };
}

/** What DynamicEnv's chart recommends for Metacontroller's. */
export async function metacontrollerValues(): Promise<MetacontrollerValues> {
  return parse(await readFile(FILE, 'utf8'));
}

/** The least role that Metacontroller works with. */
export async function leastRules(): Promise<PolicyRule[]> {
  return (await metacontrollerValues()).clusterRole.rules;
}

/** What it needs beside where namespaces are indexed: a comment there. */
export async function indexRules(): Promise<PolicyRule[]> {
  const [comment = ''] =
    /( *# .*\n)( *# +resources: \[meshindexes\]\n)( *# .*\n)/.exec(await readFile(FILE, 'utf8')) ??
    [];
  return parse(comment.replaceAll('# ', ''));
}

import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { PolicyRule } from './metacontroller.ts';

const FILE = new URL('../../../charts/dynamicenv/metacontroller-values.yaml', import.meta.url);

interface MetacontrollerValues {
  commandArgs: string[];
  clusterRole: { rules: PolicyRule[] };
}

/** The values for Metacontroller's chart that DynamicEnv's chart recommends. */
export async function metacontrollerValues(): Promise<MetacontrollerValues> {
  return parse(await readFile(FILE, 'utf8'));
}

/** Rules of the smallest ClusterRole with which Metacontroller works. */
export async function leastRules(): Promise<PolicyRule[]> {
  return (await metacontrollerValues()).clusterRole.rules;
}

/** The additional rules for indexed namespaces. In the values file they are in a comment. */
export async function indexRules(): Promise<PolicyRule[]> {
  const [comment = ''] =
    /( *# .*\n)( *# +resources: \[meshindexes\]\n)( *# .*\n)/.exec(await readFile(FILE, 'utf8')) ??
    [];
  return parse(comment.replaceAll('# ', ''));
}

import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { MERGE_GROUPS } from '../../../src/api/virtualservicemerge.ts';
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

/** The additional rules for VirtualServiceMerges of these groups. In the values file those of one group are in a comment. */
export async function mergeRules(groups: readonly string[] = MERGE_GROUPS): Promise<PolicyRule[]> {
  const [usual] = MERGE_GROUPS;
  const rule = / *# - apiGroups: \[istiomerger\.monime\.sl\]\n(?: *# {3}\w+: .*\n)+/g;
  const comments = (await readFile(FILE, 'utf8')).match(rule) ?? [];
  const text = comments.join('').replaceAll('# ', '');
  return groups.flatMap((group) => parse(text.replaceAll(usual, group)) as PolicyRule[]);
}

/** The additional rules for indexed namespaces. In the values file they are in a comment. */
export async function indexRules(): Promise<PolicyRule[]> {
  const [comment = ''] =
    /( *# .*\n)( *# +resources: \[meshindexes\]\n)( *# .*\n)/.exec(await readFile(FILE, 'utf8')) ??
    [];
  return parse(comment.replaceAll('# ', ''));
}

/** The additional rules of a part that is off by default. In the values file they are in a comment with these words. */
export async function rulesOfComment(words: string): Promise<PolicyRule[]> {
  const text = await readFile(FILE, 'utf8');
  const comment = new RegExp(`# Only .*${words}.*\\n((?: *# (?:- | {2})\\w+: .*\\n)+)`).exec(text);
  if (comment?.[1] === undefined) {
    throw new Error(`metacontroller-values.yaml has no rules for ${words}`);
  }
  return parse(comment[1].replaceAll('# ', ''));
}

import { MERGE_GROUPS } from '../../src/api/virtualservicemerge.ts';

const [FIRST, ...OTHERS] = MERGE_GROUPS;

/** The file of the definition of VirtualServiceMerge in a group. */
function fileOf(group: string): string {
  return `virtualservicemerges.${group}.yaml`;
}

export const MERGE_CRD = fileOf(FIRST);

/** The definitions of the other groups, by file: the first one's text with another group. */
export function otherMergeCrds(first: string): Map<string, string> {
  return new Map(
    OTHERS.map((group) => [
      fileOf(group),
      `# Generated from ${MERGE_CRD} by scripts/chart-manifests.ts: change it there, and run \`npm run chart\`.\n${first.replaceAll(FIRST, group)}`,
    ]),
  );
}

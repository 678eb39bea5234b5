/** Arguments of `helm template` for the plain manifests. The chart's folder comes last. */
export const TEMPLATE_ARGS = [
  ...['template', 'dynamicenv', '--namespace', 'dynamicenv', '--no-hooks'],
  // metacontroller/kustomization.yaml includes crds/ itself.
  ...['--set', 'crds.install=false', '--set', 'certificate.source=cert-manager'],
];

/** Files that are written by hand, since a chart cannot contain them. */
export const BY_HAND = ['kustomization.yaml', 'namespace.yaml'];

const HEADER =
  '# Generated from charts/dynamicenv by scripts/chart-manifests.ts: change the chart, and run `npm run chart`.\n';
/** These labels say that Helm has installed the object. That is not true for the plain manifests. */
const HELM_LABELS = /^ +(helm\.sh\/chart|app\.kubernetes\.io\/managed-by): .*\n/gm;

/** Splits Helm's output into files. Each file has the name of its template in the chart. */
export function manifestsFrom(rendered: string): Map<string, string> {
  const texts = new Map<string, string[]>();
  for (const document of rendered.split(/^---$\n?/m)) {
    const [line, file] = /^# Source: \S+\/templates\/(\S+)\n/.exec(document) ?? [];
    if (line === undefined || file === undefined) continue;
    const text = document.slice(line.length).replaceAll(HELM_LABELS, '').trimEnd();
    texts.set(file, [...(texts.get(file) ?? []), text]);
  }
  return new Map(
    [...texts].map(([file, parts]) => [file, `${HEADER}${parts.join('\n---\n')}\n`] as const),
  );
}

/** A copy of a CustomResourceDefinition for the chart, because a chart cannot read files outside its folder. */
export function crdCopy(source: string): string {
  return `# A copy of crds/ by scripts/chart-manifests.ts: change it there, and run \`npm run chart\`.\n${source}`;
}

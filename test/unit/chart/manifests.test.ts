import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { BY_HAND, crdCopy, manifestsFrom } from '../../../scripts/lib/manifests.ts';
import { SERVE_FLAGS } from '../../../src/config.ts';
import { readFlags } from '../../../src/flags.ts';
import { parseYaml } from '../../../src/k8s/yaml.ts';
import { HOOKS } from '../../support/hooks.ts';

const ROOT = new URL('../../../', import.meta.url);
const text = (path: string) => readFile(new URL(path, ROOT), 'utf8');
const MANIFESTS = await readdir(new URL('metacontroller/', ROOT));
const GENERATED = MANIFESTS.filter((file) => !BY_HAND.includes(file));

async function objectsOf<T>(path: string): Promise<T[]> {
  return parseYaml(await text(path)).map(({ value }) => value as T);
}

describe('files from the output of Helm', () => {
  test('documents of one template are in one file; labels of the Helm release are removed', () => {
    const rendered = `---
# Source: dynamicenv/templates/a.yaml
kind: A
labels:
  helm.sh/chart: dynamicenv-0.1.0
  app.kubernetes.io/name: dynamicenv
  app.kubernetes.io/managed-by: Helm
---
# Source: dynamicenv/templates/b.yaml
kind: B

---
# Source: dynamicenv/templates/a.yaml
kind: A2
`;
    const files = manifestsFrom(rendered);
    expect([...files.keys()]).toEqual(['a.yaml', 'b.yaml']);
    expect(files.get('a.yaml')?.split('\n').slice(1)).toEqual([
      'kind: A',
      'labels:',
      '  app.kubernetes.io/name: dynamicenv',
      '---',
      'kind: A2',
      '',
    ]);
  });
});

/**
 * This checks what is possible without Helm. test/e2e/api-server/chart-render.test.ts renders the chart and compares
 * everything.
 */
describe('metacontroller/ agrees with the chart', () => {
  test("the chart's CustomResourceDefinitions are equal to those in crds/", async () => {
    const files = (await readdir(new URL('crds/', ROOT))).filter((file) => file.endsWith('.yaml'));
    const copies = await readdir(new URL('charts/dynamicenv/files/crds/', ROOT));
    expect(copies.sort()).toEqual(files.sort());
    for (const file of files) {
      const copy = await text(`charts/dynamicenv/files/crds/${file}`);
      expect([file, copy]).toEqual([file, crdCopy(await text(`crds/${file}`))]);
    }
  });

  test('both lists for kustomize have everything that is always installed', async () => {
    const [crds] = await objectsOf<{ resources: string[] }>('crds/Kustomization');
    const files = await readdir(new URL('crds/', ROOT));
    const always = files.filter(
      (file) => file.endsWith('.yaml') && !/^(environments|meshindexes|virtual)/.test(file),
    );
    expect(crds?.resources).toEqual(always.sort());
    const [all] = await objectsOf<{ resources: string[] }>('metacontroller/kustomization.yaml');
    const listed = MANIFESTS.filter((file) => file !== 'kustomization.yaml');
    expect(all?.resources.toSorted()).toEqual(['../crds', ...listed].sort());
  });

  test.each(GENERATED)('%s: every line comes from its template', async (file) => {
    const helpers = await text('charts/dynamicenv/templates/_helpers.tpl');
    const template = await text(`charts/dynamicenv/templates/${file}`);
    const values = await text('charts/dynamicenv/values.yaml');
    // Every line is from the template or a helper, or it is a value.
    const known = [helpers, template, values].flatMap((source) => source.split('\n'));
    const patterns = known.filter((line) => line.trim() !== '').map(patternOf);
    const [, ...lines] = (await text(`metacontroller/${file}`)).trimEnd().split('\n');
    const strangers = lines.filter(
      (line) =>
        !patterns.some((pattern) => pattern.test(line.trim())) &&
        // A template action writes this line; it is a key of a `dict`.
        !template.includes(`(dict "${line.trim().split(':')[0]}"`),
    );
    expect(strangers).toEqual([]);
  });

  test.each(['dynamicenv.yaml', 'route-injection.yaml', 'webhook.yaml'])(
    '%s: every unconditional line of its template is in the file',
    async (file) => {
      const template = await text(`charts/dynamicenv/templates/${file}`);
      const manifest = await text(`metacontroller/${file}`);
      const always = unconditional(template).filter((line) => !line.includes('{{'));
      expect(always.length).toBeGreaterThan(10);
      expect(always.filter((line) => !manifest.includes(line))).toEqual([]);
    },
  );
});

/** A pattern in which each `{{…}}` matches any text. A line that has only an action matches nothing. */
function patternOf(line: string): RegExp {
  const parts = line.trim().split(/\{\{.*?\}\}/);
  if (parts.every((part) => part.trim() === '')) return /^(?!)/;
  return new RegExp(`^${parts.map(escaped).join('.*')}$`);
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The lines that are not inside an `if`, `with` or `range`. */
function unconditional(template: string): string[] {
  let depth = 0;
  return template.split('\n').filter((line) => {
    const opens = [...line.matchAll(/\{\{-? (if|with|range) /g)].length;
    const closes = [...line.matchAll(/\{\{-? end /g)].length;
    const before = depth;
    depth += opens - closes;
    return before === 0 && depth === 0 && line.trim() !== '';
  });
}

describe('references between the manifests are valid', () => {
  test('Metacontroller and the API server call every hook of the service, at the port where it listens', async () => {
    const urls = /http:\/\/dynamicenv\.dynamicenv\.svc:8080(\S+)/g;
    const files = await Promise.all(
      ['dynamicenv.yaml', 'route-injection.yaml'].map((file) => text(`metacontroller/${file}`)),
    );
    const asked = [...files.join('\n').matchAll(urls)].map(([, path]) => path);
    const [webhook] = await objectsOf<{
      webhooks: { clientConfig: { service: object & { path: string } } }[];
    }>('metacontroller/webhook.yaml');
    // The chart renders these only if there are indexed namespaces, or with the optional kinds.
    const templates = [
      'environment.yaml',
      'mesh-index.yaml',
      'virtual-environment.yaml',
      'virtual-service-merge.yaml',
      'webhook.yaml',
    ];
    const optional = await Promise.all(
      templates.map((file) => text(`charts/dynamicenv/templates/${file}`)),
    );
    const more = [
      ...optional
        .join('\n')
        .matchAll(/url: \{\{ include "dynamicenv.hooksUrl" [$.] \}\}(\S+)|path: (\S+merges)\n/g),
    ];
    const { path, ...service } = webhook?.webhooks[0]?.clientConfig.service ?? {};
    expect(service).toEqual({ namespace: 'dynamicenv', name: 'dynamicenv', port: 8443 });
    expect([...asked, ...more.map(([, url, own]) => url ?? own), path].sort()).toEqual(
      HOOKS.map(({ url }) => url).sort(),
    );
  });

  test("the container's flags exist in the service, and have its default values", async () => {
    const [deployment] = await objectsOf<{
      spec: { template: { spec: { containers: { args: string[] }[] } } };
    }>('metacontroller/deployment.yaml');
    const [command, ...args] = deployment?.spec.template.spec.containers[0]?.args ?? [];
    expect(command).toBe('serve');
    expect(readFlags(SERVE_FLAGS, args, {})).toEqual({
      ...readFlags(SERVE_FLAGS, [], {}),
      tlsCertFile: '/etc/dynamicenv/tls/tls.crt',
      tlsKeyFile: '/etc/dynamicenv/tls/tls.key',
    });
  });
});

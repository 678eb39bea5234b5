import { readFile } from 'node:fs/promises';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { parseYaml } from '../../../src/k8s/yaml.ts';
import type { Command } from '../control-plane/commands.ts';
import { rendered, set } from './chart.ts';
import type { HookService } from './service.ts';

const FOLDER = new URL('../../../metacontroller/', import.meta.url);
const FILES = ['dynamicenv.yaml', 'route-injection.yaml', 'webhook.yaml'];
const SERVICE_URL = 'http://dynamicenv.dynamicenv.svc:8080';

interface WebhookConfiguration {
  webhooks?: { clientConfig: { service?: { path: string }; url?: string; caBundle?: string } }[];
}

/** The manifests in metacontroller/, changed to call a service outside the cluster. */
export async function controllerManifests(
  service: Pick<HookService, 'hooks' | 'admission'>,
): Promise<KubeObject[]> {
  const texts = await Promise.all(FILES.map((file) => readFile(new URL(file, FOLDER), 'utf8')));
  const objects = texts.flatMap((text) => parseYaml(text).map(({ value }) => value as KubeObject));
  return withAddresses(objects, service);
}

/** Controllers and webhook configurations that call a service outside the cluster. */
export function withAddresses(
  objects: readonly KubeObject[],
  { hooks, admission }: Pick<HookService, 'hooks' | 'admission'>,
): KubeObject[] {
  const changed = JSON.parse(JSON.stringify(objects).replaceAll(SERVICE_URL, hooks));
  for (const { webhooks = [] } of changed as WebhookConfiguration[]) {
    for (const webhook of webhooks) {
      const { path } = webhook.clientConfig.service ?? {};
      const caBundle = Buffer.from(admission.ca).toString('base64');
      webhook.clientConfig = { url: `${admission.url}${path}`, caBundle };
    }
  }
  return changed;
}

/** Controller and webhooks for VirtualServiceMerges of these groups, as the chart renders them; none if there is no group. */
export async function mergeManifests(
  helm: Command,
  { hooks, admission }: Pick<HookService, 'hooks' | 'admission'>,
  groups: readonly string[],
): Promise<KubeObject[]> {
  if (groups.length === 0) return [];
  const input = {
    hooks: { url: hooks },
    admission: { url: admission.url, caBundle: admission.ca },
    kinds: ['virtual-service-merge'],
    virtualServiceMerge: { groups },
  };
  const shown = ['virtual-service-merge', 'webhook'].flatMap((name) => [
    '--show-only',
    `templates/${name}.yaml`,
  ]);
  return rendered((args) => helm(args, { input }), ...shown, '-f', '-');
}

/** The controller of an optional kind, as the chart renders it with these further values. */
export async function optionalKindManifests(
  helm: Command,
  kind: OptionalKind,
  service: Pick<HookService, 'hooks' | 'admission'>,
  ...values: readonly string[]
): Promise<KubeObject[]> {
  const shown = ['--show-only', `templates/${kind}.yaml`];
  const objects = await rendered(helm, ...shown, ...set(`kinds={${kind}}`, ...values));
  return withAddresses(objects, service);
}

/** Optional kinds of which the chart renders a controller and nothing else. */
export type OptionalKind = 'virtual-environment' | 'environment';

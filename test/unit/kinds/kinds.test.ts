import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { MERGE_GROUPS } from '../../../src/api/virtualservicemerge.ts';
import { DECISION_FLAGS, kindsFlag } from '../../../src/config.ts';
import { loadCrds } from '../../../src/crds.ts';
import { readFlags } from '../../../src/flags.ts';
import type { ControllerDefinition } from '../../../src/hooks/controller.ts';
import { controllersOf, type Kind, kindsOn } from '../../../src/hooks/kind.ts';
import { parseYaml } from '../../../src/k8s/yaml.ts';
import { type DecisionConfig, KINDS } from '../../../src/kinds/kinds.ts';
import { ADMISSION_HOOKS, HOOKS } from '../../support/hooks.ts';
import { NOTE } from '../../support/tiny-kind/kind.ts';

const ROOT = new URL('../../../', import.meta.url);
const text = (path: string) => readFile(new URL(path, ROOT), 'utf8');
const SERVICE = 'http://dynamicenv.dynamicenv.svc:8080';

/** The manifests that register each kind at Metacontroller, by the kind's name. */
const MANIFESTS: Record<string, () => Promise<string>> = {
  dynamicenv: () => text('metacontroller/dynamicenv.yaml'),
  virtualservice: () => text('metacontroller/route-injection.yaml'),
  // The chart renders this only with the kind.
  'virtual-service-merge': async () =>
    (await text('charts/dynamicenv/templates/virtual-service-merge.yaml'))
      .replaceAll(/\{\{ include "dynamicenv.hooksUrl" \$ \}\}/g, SERVICE)
      .replace(/\{\{ \. \}\}\/v1alpha1/, 'istiomerger.monime.sl/v1alpha1')
      .replaceAll(/^\s*\{\{.*\}\}$|\{\{.*?\}\}/gm, ''),
  // The chart renders this only with the kind.
  'virtual-environment': async () =>
    (await text('charts/dynamicenv/templates/virtual-environment.yaml'))
      .replaceAll(/\{\{ include "dynamicenv.hooksUrl" \. \}\}/g, SERVICE)
      .replaceAll(/^\s*\{\{.*\}\}$|\{\{.*?\}\}/gm, ''),
  // The chart renders this only with the kind.
  environment: async () =>
    (await text('charts/dynamicenv/templates/environment.yaml'))
      .replaceAll(/\{\{ include "dynamicenv.hooksUrl" \. \}\}/g, SERVICE)
      .replaceAll(/^\s*\{\{.*\}\}$|\{\{.*?\}\}/gm, ''),
  // The chart renders this only if there are indexed namespaces.
  'mesh-index': async () =>
    (await text('charts/dynamicenv/templates/mesh-index.yaml'))
      .replaceAll(/\{\{ include "dynamicenv.hooksUrl" \$ \}\}/g, SERVICE)
      .replace(/\{\{- toYaml \. \| nindent 14 \}\}/, '- shop\n              - bank')
      .replaceAll(/^\s*\{\{.*\}\}$|\{\{.*?\}\}/gm, ''),
};

/** All that a template may have is on. */
const CONFIG: DecisionConfig = readFlags(
  DECISION_FLAGS,
  ['--indexed-namespaces=shop,bank', '--auto-injection=envoy-filters'],
  {},
);

interface Manifest {
  kind: string;
  metadata: { name: string };
  spec: {
    parentResource?: Named;
    childResources?: Named[];
    resources?: Named[];
    attachments?: Named[];
    hooks: Record<string, { version: string; webhook: { url: string } }>;
  };
}

interface Named {
  apiVersion: string;
  resource: string;
  labelSelector?: object;
}

/** A manifest in the format of a kind's definition. It may have additional fields. */
function definitionOf({ kind, metadata, spec }: Manifest): object {
  const hooks = Object.entries(spec.hooks).map(([name, { webhook }]) => [
    name,
    webhook.url.replace(SERVICE, ''),
  ]);
  return {
    ...spec,
    kind,
    name: metadata.name,
    attachments: spec.attachments ?? [],
    hooks: Object.fromEntries(hooks),
  };
}

describe.each(KINDS.map((kind): [string, Kind<DecisionConfig>] => [kind.name, kind]))(
  '%s',
  (name, kind) => {
    test('its controller is equal to the installed manifest', async () => {
      const documents = parseYaml((await MANIFESTS[name]?.()) ?? '');
      const manifests = documents.map(({ value }) => value as Manifest);
      expect(manifests.map(definitionOf)).toMatchObject([kind.controller(CONFIG)]);
      const paths = Object.keys(manifests[0]?.spec.hooks ?? {});
      expect(paths).toEqual(Object.keys(kind.controller(CONFIG)?.hooks ?? {}));
    });

    test('its hooks have exactly the paths of its controller', async () => {
      const { hooks } = kind.controller(CONFIG) ?? { hooks: {} };
      const urls = (await kind.hooks(async () => NO_VALIDATOR)).map(({ url }) => url);
      expect(urls.sort()).toEqual(Object.values(hooks).sort());
    });

    test('it names the definition of each of our resources in its controller', () => {
      const controller = kind.controller(CONFIG);
      const ours = resourcesOf(controller)
        .filter(({ apiVersion }) =>
          /^(riskified\.com|.*\.monime\.sl|env\.alibaba\.com)\//.test(apiVersion),
        )
        .map(({ apiVersion, resource }) => `${resource}.${apiVersion.split('/')[0]}`);
      expect(kind.crds.map((crd) => crd.name)).toEqual(expect.arrayContaining(ours));
    });
  },
);

const NO_VALIDATOR = {} as never;

function resourcesOf(controller: ControllerDefinition | undefined): Named[] {
  if (controller === undefined) return [];
  return controller.kind === 'CompositeController'
    ? [controller.parentResource, ...controller.childResources]
    : [...controller.resources, ...controller.attachments];
}

describe('all kinds', () => {
  test('the names of hooks, which metrics use as labels, do not change', () => {
    expect(HOOKS.map(({ url, name }) => [url, name])).toEqual([
      ['/dynamicenv/customize', 'dynamicenv-customize'],
      ['/dynamicenv/sync', 'dynamicenv-sync'],
      ['/dynamicenv/finalize', 'dynamicenv-finalize'],
      ['/route-injection/customize', 'route-injection-customize'],
      ['/route-injection/sync', 'route-injection-sync'],
      ['/virtual-service-merge/customize', 'virtual-service-merge-customize'],
      ['/virtual-service-merge/sync', 'virtual-service-merge-sync'],
      ['/mesh-index/customize', 'mesh-index-customize'],
      ['/mesh-index/sync', 'mesh-index-sync'],
      ['/virtual-environment/customize', 'virtual-environment-customize'],
      ['/virtual-environment/sync', 'virtual-environment-sync'],
      ['/virtual-environment/finalize', 'virtual-environment-finalize'],
      ['/environment/customize', 'environment-customize'],
      ['/environment/sync', 'environment-sync'],
      ['/admission/virtualservices', 'admission-virtualservices'],
      ['/admission/virtualservicemerges', 'admission-virtualservicemerges'],
    ]);
    expect(ADMISSION_HOOKS.map(({ url }) => url)).toEqual([
      '/admission/virtualservices',
      '/admission/virtualservicemerges',
    ]);
  });

  test('their definitions are the files of crds/', async () => {
    const files = (await readdir(new URL('crds/', ROOT))).filter((file) => file.endsWith('.yaml'));
    const crds = await loadCrds();
    expect(
      Object.keys(crds)
        .map((name) => `${name}.yaml`)
        .sort(),
    ).toEqual(files.sort());
    for (const [name, crd] of Object.entries(crds))
      expect([name, crd.metadata.name]).toEqual([name, name]);
  });

  test('a setting has one flag, even if several kinds use it', () => {
    for (const { flags } of KINDS) expect(DECISION_FLAGS).toMatchObject(flags);
    const names = Object.values(DECISION_FLAGS).map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });

  test('without indexed namespaces there is no controller for indexes', () => {
    const names = (config: DecisionConfig) => controllersOf(KINDS, config).map(({ name }) => name);
    const others = ['dynamicenv', 'route-injection', 'virtual-service-merge'];
    expect(names(CONFIG)).toEqual([...others, 'mesh-index', 'virtual-environment', 'environment']);
    expect(names({ ...CONFIG, indexedNamespaces: [] })).toEqual([
      ...others,
      'virtual-environment',
      'environment',
    ]);
  });

  test('without groups there is no controller for merges', () => {
    const none = controllersOf(KINDS, { ...CONFIG, mergeGroups: [] });
    expect(none.map(({ name }) => name)).toEqual([
      'dynamicenv',
      'route-injection',
      'mesh-index',
      'virtual-environment',
      'environment',
    ]);
    const [, , both] = controllersOf(KINDS, { ...CONFIG, mergeGroups: MERGE_GROUPS });
    expect(resourcesOf(both)).toEqual([
      { apiVersion: 'istiomerger.monime.sl/v1alpha1', resource: 'virtualservicemerges' },
      { apiVersion: 'istiomerge.monime.sl/v1alpha1', resource: 'virtualservicemerges' },
    ]);
  });

  test("the chart's value kinds accepts the names of optional kinds", async () => {
    const { properties } = JSON.parse(await text('charts/dynamicenv/values.schema.json'));
    const optional = KINDS.filter(({ isOptional }) => isOptional).map(({ name }) => name);
    const { maxItems, items } = properties.kinds;
    expect(optional).toEqual(maxItems === 0 ? [] : items.enum);
  });
});

describe('an additional kind', () => {
  const kinds = [...KINDS, NOTE];

  test('is off unless --kinds names it', () => {
    const { read, help } = kindsFlag(kinds);
    expect(help).toContain(
      'optional kinds to serve: virtual-service-merge, virtual-environment, environment, note; always served: dynamicenv,',
    );
    const always = KINDS.filter(({ isOptional }) => !isOptional);
    expect(kindsOn(kinds, read(''))).toEqual(always);
    expect(kindsOn(kinds, read(' note,'))).toEqual([...always, NOTE]);
    expect(
      kindsOn(kinds, read('note,virtual-environment,virtual-service-merge,environment')),
    ).toEqual(kinds);
    expect(() => read('notes')).toThrow(
      'expected names of optional kinds: virtual-service-merge, virtual-environment, environment, note (always served:',
    );
  });
});

test.each(['src/hooks', 'src/http'])('%s does not depend on any kind', async (folder) => {
  const files = await readdir(new URL(`${folder}/`, ROOT));
  for (const file of files) {
    const imports = (await text(`${folder}/${file}`)).match(/from '[^']*kinds\/[^']*'/g);
    expect([file, imports]).toEqual([file, null]);
  }
});

test.each(KINDS.map(({ name }) => name))(
  '%s: its data imports no hook code, so --help and the admission thread do not load it',
  async (name) => {
    const folder = name === 'virtual-service-merge' ? 'virtualservice-merge' : name;
    const imports = (await text(`src/kinds/${folder}/kind.ts`)).matchAll(
      /^import .* from '([^']*)'/gm,
    );
    const files = [...imports].map(([, file]) => file);
    const light = [
      './controller.ts',
      './settings.ts',
      '../../hooks/kind.ts',
      '../../hooks/settings.ts',
      '../../virtualservice/merges/settings.ts',
    ];
    expect(light).toEqual(expect.arrayContaining(files));
  },
);

import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import type { SchemaObject } from 'ajv';
import { readSettings } from '../../../feed/src/settings.ts';
import { valuesTable, withValuesTable } from '../../../scripts/lib/values-table.ts';
import { givenValues } from './given-values.ts';

const ROOT = new URL('../../../', import.meta.url);
const text = (path: string) => readFile(new URL(path, ROOT), 'utf8');
const { source, values, schema, validate, problems } = await givenValues('feed');

describe("the feed's chart", () => {
  test('its README has the table of its values, each with a description', async () => {
    const readme = await text('charts/feed/README.md');
    expect(withValuesTable(readme, source)).toBe(readme);
    expect(valuesTable(source)).not.toMatch(/\| {2}\|$/m);
  });

  test('its schema has exactly the values, and accepts the defaults', () => {
    expect(problems({})).toEqual([]);
    const { global: _, enabled: _condition, ...known } = schema['properties'];
    expect(Object.keys(known).sort()).toEqual(Object.keys(values).sort());
    for (const [key, { properties, additionalProperties }] of Object.entries<SchemaObject>(known)) {
      if (properties === undefined) continue;
      expect([key, additionalProperties]).toEqual([key, false]);
      expect([key, ...Object.keys(properties).sort()]).toEqual([
        key,
        ...Object.keys(values[key]).sort(),
      ]);
    }
  });

  test.each([
    ['a value that does not exist', { replicas: 2 }, ' additionalProperties'],
    ['no pod at all', { replicaCount: 0 }, '/replicaCount minimum'],
    ['no poll at all', { config: { maxPolls: 0 } }, '/config/maxPolls minimum'],
    ['polls as a text', { config: { maxPolls: '5' } }, '/config/maxPolls type'],
    ['a lease, which is no setting', { config: { leaseMs: 1 } }, '/config additionalProperties'],
    ['an unknown log level', { config: { logLevel: 'loud' } }, '/config/logLevel enum'],
    [
      'a peer with an unknown field',
      { networkPolicy: { clients: [{ cidr: '10.0.0.0/8' }] } },
      '/networkPolicy/clients/0 additionalProperties',
    ],
  ])('it refuses %s', (_name, changes, problem) => {
    expect(problems(changes)).toContain(problem);
  });

  test.each(['replicaCount', 'image', 'config', 'networkPolicy'])('%s must not be null', (key) => {
    const { [key]: _, ...others } = values;
    validate(others);
    expect(validate.errors).toMatchObject([{ keyword: 'required', instancePath: '' }]);
    if (typeof values[key] !== 'object') return;
    validate({ ...values, [key]: {} });
    expect(validate.errors?.[0]).toMatchObject({ keyword: 'required', instancePath: `/${key}` });
  });

  test("its values are the program's defaults", () => {
    expect(readSettings([])).toMatchObject({ ...values.config, host: values.host });
  });
});

describe("the feed's image", () => {
  test("has the base images of the service's", async () => {
    const images = async (file: string) => (await text(file)).match(/^ARG \w+_IMAGE=.*$/gm);
    expect(await images('feed/Dockerfile')).toEqual(await images('Dockerfile'));
  });

  test('copies nothing that .dockerignore leaves out', async () => {
    const allowed: string[] = (await text('.dockerignore')).match(/(?<=^!).*/gm) ?? [];
    const copies = (await text('feed/Dockerfile')).matchAll(/^COPY (?!--from)(.+) \S+$/gm);
    const files = [...copies].flatMap(([, names = '']) => names.split(' '));
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((file) => !allowed.includes(file))).toEqual([]);
  });

  test('has the package.json of every workspace, without which npm does not install', async () => {
    const dockerfile = await text('feed/Dockerfile');
    for (const workspace of JSON.parse(await text('package.json')).workspaces)
      expect(dockerfile).toContain(`COPY ${workspace}/package.json ${workspace}/`);
  });
});

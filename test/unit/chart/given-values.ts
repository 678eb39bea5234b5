import { readFile } from 'node:fs/promises';
import { Ajv, type SchemaObject, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';

export interface GivenValues {
  /** Text of the chart's values.yaml. */
  source: string;
  // biome-ignore lint/suspicious/noExplicitAny: the tests read single values of a chart by name.
  values: any;
  schema: SchemaObject;
  validate: ValidateFunction;
  /** Paths and keywords for which the schema refuses the chart's values with these changes, which are merged as Helm does. */
  problems: (changes: object) => string[];
}

/** The values of one of the charts, and its schema. */
export async function givenValues(chart: 'dynamicenv' | 'feed'): Promise<GivenValues> {
  const folder = new URL(`../../../charts/${chart}/`, import.meta.url);
  const source = await readFile(new URL('values.yaml', folder), 'utf8');
  const values = parse(source);
  const schema = JSON.parse(await readFile(new URL('values.schema.json', folder), 'utf8'));
  const validate = new Ajv({ allErrors: true, strictTypes: false }).compile(schema);
  const problems = (changes: object) => {
    validate(merged(values, changes));
    return (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
  };
  return { source, values, schema, validate, problems };
}

function merged(base: unknown, changes: unknown): unknown {
  if (!isMap(base) || !isMap(changes)) return changes;
  const both = Object.entries(changes).map(([key, value]) => [key, merged(base[key], value)]);
  return { ...base, ...Object.fromEntries(both) };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

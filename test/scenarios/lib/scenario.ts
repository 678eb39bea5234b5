import { readdir, readFile } from 'node:fs/promises';
import { LineCounter, parseDocument, type YAMLSeq } from 'yaml';
import { DECISION_FLAGS } from '../../../src/config.ts';
import { readFlags } from '../../../src/flags.ts';
import { parseYaml } from '../../../src/k8s/yaml.ts';
import type { DecisionConfig } from '../../../src/kinds/kinds.ts';
import type { LocalObject } from '../../../src/simulator/object.ts';
import { completed } from './names.ts';
import { actionOf } from './step.ts';

const DIRECTORY = new URL('../', import.meta.url);

export interface Step {
  line: number;
  words: Record<string, unknown>;
}

export interface Scenario {
  name: string;
  /** The cluster on which it can be played, if not on all. */
  only?: 'memory';
  /** Why it is known to fail. */
  known?: string;
  /** Names of fixtures. */
  given: string[];
  /** Decision flags, in camelCase. */
  settings: Record<string, unknown>;
  /** By how many seconds the clocks of the service's replicas are ahead of the API server's; calls go to them in turn. */
  skew?: number[];
  steps: Step[];
}

/** Every scenario's file, as `<kind>/<name>`, without its ending. */
export async function scenarioFiles(): Promise<string[]> {
  const files = await readdir(DIRECTORY, { recursive: true });
  return files
    .flatMap((file) => /^(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .filter((file) => !file.startsWith('fixtures/'))
    .sort();
}

export async function loadScenario(file: string): Promise<Scenario> {
  const lines = new LineCounter();
  const text = await readFile(new URL(`${file}.yaml`, DIRECTORY), 'utf8');
  const document = parseDocument(text, { lineCounter: lines });
  const [problem] = document.errors;
  if (problem) throw new Error(`${file}.yaml: ${problem.message}`);
  const {
    name,
    only,
    known,
    given = [],
    settings = {},
    skew = [0],
    steps,
    ...unknown
  } = document.toJS();
  const items = (document.get('steps') as YAMLSeq<{ range?: [number, number, number] }>).items;
  const placed = (steps as Step['words'][]).map((words, index) => ({
    line: lines.linePos(items[index]?.range?.[0] ?? 0).line,
    words,
  }));
  for (const { line, words } of placed) actionOf(words, `${file}.yaml:${line}`);
  const [stranger] = Object.keys(unknown);
  if (stranger !== undefined) throw new Error(`${file}.yaml: unknown field ${stranger}`);
  return {
    name,
    ...(only === undefined ? {} : { only }),
    ...(known === undefined ? {} : { known }),
    given,
    settings,
    skew,
    steps: placed,
  };
}

/** The manifests of a fixture. */
export async function loadFixture(name: string): Promise<LocalObject[]> {
  const text = await readFile(new URL(`fixtures/${name}.yaml`, DIRECTORY), 'utf8');
  return parseYaml(text).map(({ value, problems: [problem] }) => {
    if (problem) throw new Error(`fixtures/${name}.yaml:${problem.line}: ${problem.message}`);
    return completed(value);
  });
}

/** The service's flags. On a real cluster a scenario takes real time, so the times are short. */
export function decisionConfig(settings: Record<string, unknown>): DecisionConfig {
  const values = { drainSeconds: 1, settleSeconds: 1, ...settings };
  const args = Object.entries(values).map(([key, value]) => {
    const flag = (DECISION_FLAGS as Record<string, { name: string }>)[key];
    if (flag === undefined) throw new Error(`settings.${key} is no decision flag`);
    return `--${flag.name}=${String(value)}`;
  });
  return readFlags(DECISION_FLAGS, args, {});
}

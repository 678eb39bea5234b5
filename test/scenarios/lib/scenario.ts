import { readdir, readFile } from 'node:fs/promises';
import { LineCounter, parseDocument, type YAMLSeq } from 'yaml';
import { DECISION_FLAGS } from '../../../src/config.ts';
import { parseYaml } from '../../../src/k8s/yaml.ts';
import type { DecisionConfig } from '../../../src/kinds/kinds.ts';
import type { LocalObject } from '../../../src/simulator/object.ts';
import { decisionConfig as servedConfig } from '../../support/decision-config.ts';
import { completed } from './names.ts';
import { actionOf } from './step.ts';

const DIRECTORY = new URL('../', import.meta.url);

export interface Step {
  line: number;
  words: Record<string, unknown>;
}

export interface Scenario {
  name: string;
  /** Set if the scenario runs on one kind of cluster only. */
  only?: 'memory';
  /** The reason why the scenario is known to fail. */
  known?: string;
  /** Names of fixtures to apply at the start. */
  given: string[];
  /** The service's settings, with the names of the flags in camelCase. */
  settings: Record<string, unknown>;
  /**
   * Seconds by which the clock of each replica of the service is ahead of the API server's. Calls go to the replicas
   * in turn.
   */
  skew?: number[];
  /**
   * Settings of each replica of the service that differ from `settings`; null: without that setting. Calls go to any of them.
   * The controllers in Metacontroller are those of `settings`.
   */
  replicas?: Record<string, unknown>[];
  steps: Step[];
}

/** The files of all scenarios, as `<kind>/<name>` without extension. */
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
    replicas,
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
    ...(replicas === undefined ? {} : { replicas }),
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

/**
 * The service's settings for a scenario. Default times are short, because a scenario takes real time on a real
 * cluster.
 */
export function decisionConfig(settings: Record<string, unknown>): DecisionConfig {
  const values = { drainSeconds: 1, settleSeconds: 1, ...settings };
  const set = Object.entries(values).filter(([, value]) => value !== null);
  const args = set.map(([key, value]) => {
    const flag = (DECISION_FLAGS as Record<string, { name: string }>)[key];
    if (flag === undefined)
      throw new Error(`settings.${key} is not a flag of the service's decisions`);
    return `--${flag.name}=${String(value)}`;
  });
  return servedConfig(args);
}

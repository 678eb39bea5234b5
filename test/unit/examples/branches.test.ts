import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { valuesTable } from '../../../scripts/lib/values-table.ts';
import { loadManifests } from '../../../src/cli/common/manifests.ts';
import { loadValidator } from '../../../src/crds.ts';

const FOLDER = fileURLToPath(new URL('../../../examples/branches/', import.meta.url));
const read = (file: string) => readFileSync(`${FOLDER}${file}`, 'utf8');

describe('examples/branches', () => {
  test.each(readdirSync(`${FOLDER}manifests`))('manifests/%s is valid', async (file) => {
    const dynamicEnv = await loadValidator('dynamicenvs.riskified.com');
    const warnings: string[] = [];
    const loaded = await loadManifests(
      [`${FOLDER}manifests/${file}`],
      { DynamicEnv: dynamicEnv },
      'default',
      (text) => void warnings.push(text),
    );
    expect(warnings).toEqual([]);
    expect(loaded.length).toBeGreaterThan(0);
    for (const { object } of loaded) {
      expect(object.metadata.namespace).toBe(object.kind === 'DynamicEnv' ? undefined : 'services');
    }
  });

  test.each(['service', 'branch', 'branch-merge'])(
    'every value of the chart %s is in its schema, and has a comment',
    (chart) => {
      const values = read(`charts/${chart}/values.yaml`);
      const { properties } = JSON.parse(read(`charts/${chart}/values.schema.json`));
      const { global: _global, ...own } = properties;
      expect(Object.keys(parse(values)).sort()).toEqual(Object.keys(own).sort());
      for (const row of valuesTable(values).trim().split('\n').slice(2)) {
        expect(row).not.toMatch(/\|\s*\|$/);
      }
    },
  );
});

/** All texts below a key, such as the scripts of all jobs. */
function textsAt(value: unknown, key: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === key ? [inner].flat().map(String) : textsAt(inner, key),
  );
}

describe('the pipelines', () => {
  const gitlab = parse(read('.gitlab-ci.yml'), { merge: true });
  const github = parse(read('.github/workflows/branches.yml'));
  const commands = [...textsAt(gitlab, 'script'), ...textsAt(github, 'run')];

  test('put no expression into the text of a command', () => {
    expect(textsAt(github, 'run').filter((text) => text.includes('${' + '{'))).toEqual([]);
  });

  test('quote every variable', () => {
    expect(commands.length).toBeGreaterThan(12);
    for (const text of commands) {
      expect(text.replaceAll(/"[^"]*"|'[^']*'/g, '')).not.toContain('$');
    }
  });

  test('run only scripts that are there and are executable', () => {
    const scripts = new Set(commands.flatMap((text) => text.match(/[a-z-]+\.sh/g) ?? []));
    expect([...scripts].sort()).toEqual([
      'comment-github.sh',
      'comment-gitlab.sh',
      'deploy-branch.sh',
      'destroy-branch.sh',
      'promote.sh',
    ]);
    for (const script of scripts) accessSync(`${FOLDER}scripts/${script}`, constants.X_OK);
  });
});

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';

const SCRIPT = readFileSync(
  fileURLToPath(new URL('../../../charts/dynamicenv/files/delete-expired.sh', import.meta.url)),
  'utf8',
);
const folder = mkdtempSync(join(tmpdir(), 'delete-expired-'));
const file = (name: string) => join(folder, name);

/** Prints the file `list` for `get`; for `delete` it notes URL and body, and answers what the file `answer-<name>` says. */
const KUBECTL = `#!/bin/sh
if [ "$1" = get ]; then
  [ ! -f '${file('broken')}' ] || { echo 'Unable to connect to the server' >&2; exit 1; }
  printf '%s\\n' "$@" > '${file('get')}'
  cat '${file('list')}'
  exit
fi
printf '%s ' "$@" >> '${file('calls')}'
cat >> '${file('calls')}'
echo >> '${file('calls')}'
name=\${2##*/}
echo '{"kind":"DynamicEnv"}'
[ ! -f "${folder}/answer-$name" ] || { cat "${folder}/answer-$name" >&2; exit 1; }
`;

beforeEach(() => {
  for (const name of ['list', 'calls', 'broken', 'answer-a']) rmSync(file(name), { force: true });
  writeFileSync(file('kubectl'), KUBECTL);
  chmodSync(file('kubectl'), 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Those of these shells that this machine has. */
const SHELLS = [['sh'], ['dash'], ['bash'], ['busybox', 'sh']].filter(
  ([program = '', ...args]) => spawnSync(program, [...args, '-c', 'true']).status === 0,
);

interface Run {
  code: number | null;
  out: string;
  err: string;
  calls: string[];
}

function run(shell: readonly string[], list: readonly string[], after = '3600', zone = 'UTC'): Run {
  writeFileSync(file('list'), list.map((line) => `${line}\n`).join(''));
  const [program = '', ...args] = shell;
  const { status, stdout, stderr } = spawnSync(program, [...args, '-c', SCRIPT], {
    encoding: 'utf8',
    // If its input is a socket, bash reads ~/.bashrc.
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: `${folder}:${process.env['PATH']}`,
      DELETE_AFTER_SECONDS: after,
      TZ: zone,
      LANG: 'en_US.UTF-8',
    },
  });
  const calls = existsSync(file('calls')) ? readFileSync(file('calls'), 'utf8').split('\n') : [];
  return { code: status, out: stdout, err: stderr, calls: calls.filter((line) => line !== '') };
}

const ago = (seconds: number) =>
  `${new Date(Date.now() - seconds * 1000).toISOString().slice(0, 19)}Z`;

test('there is a shell to try it with', () => {
  expect(SHELLS).toContainEqual(['sh']);
});

test('Kubernetes leaves it as it is: it has no $$, and no $(…) that names a variable of the container', () => {
  expect(SCRIPT).not.toMatch(/\$\$|\$\(DELETE_AFTER_SECONDS\)/);
});

describe.each(SHELLS.map((shell) => [shell.join(' '), shell] as const))('in %s', (_name, shell) => {
  test('deletes what expired longer ago, only if uid and resourceVersion are still the same', () => {
    const old = ago(3700);
    const { code, out, err, calls } = run(shell, [
      `a uid-a 17 ${old}`,
      `b.c-d uid-b 18 ${ago(3500)}`,
      `e uid-e 19 2001-02-03T04:05:06Z`,
    ]);
    const body = (uid: string, version: string) =>
      `{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background","preconditions":{"uid":"${uid}","resourceVersion":"${version}"}}`;
    const url = 'delete --raw=/apis/riskified.com/v1alpha1/dynamicenvs/';
    expect(calls).toEqual([
      `${url}a --filename=- ${body('uid-a', '17')}`,
      `${url}e --filename=- ${body('uid-e', '19')}`,
    ]);
    expect(out).toBe(
      `DynamicEnv a: deleted, it expired at ${old}\nDynamicEnv e: deleted, it expired at 2001-02-03T04:05:06Z\n`,
    );
    expect([code, err]).toEqual([0, '']);
  });

  test.each(['America/Sao_Paulo', 'Asia/Kolkata', 'Pacific/Kiritimati'])(
    'times are compared in UTC, whatever the time zone (%s)',
    (zone) => {
      expect(
        run(shell, [`a u 1 ${ago(3700)}`, `b u 1 ${ago(3500)}`], '3600', zone).calls,
      ).toHaveLength(1);
    },
  );

  test('an empty list deletes nothing', () => {
    expect(run(shell, [])).toEqual({ code: 0, out: '', err: '', calls: [] });
  });

  test.each([
    'a; uid 1 2001-02-03T04:05:06Z',
    '../../namespaces/x uid 1 2001-02-03T04:05:06Z',
    '$(touch x) uid 1 2001-02-03T04:05:06Z',
    '-A uid 1 2001-02-03T04:05:06Z x',
    'a u"id 1 2001-02-03T04:05:06Z',
    'a uid 1"} 2001-02-03T04:05:06Z',
    'a uid 1 2001-02-03T04:05:06+00:00',
    'a uid 1 2001-02-03',
    'a uid 1 <no value>',
    'a uid 1',
    'a uid 1 2001-02-03T04:05:06Z more',
    '',
  ])('a line that is not as expected is left out: %j', (line) => {
    expect(run(shell, [line])).toEqual({ code: 0, out: '', err: '', calls: [] });
  });

  test('what has changed or gone meanwhile is no failure, and the rest goes on', () => {
    const words =
      'Error from server (Conflict): Operation cannot be fulfilled on dynamicenvs.riskified.com "a": the ResourceVersion in the precondition (17) does not match\n';
    writeFileSync(file('answer-a'), words);
    const all = ['a uid 17 2001-02-03T04:05:06Z', 'b uid 18 2001-02-03T04:05:06Z'];
    const { code, out, calls } = run(shell, all);
    expect(out).toContain(
      'DynamicEnv a: not deleted, it has changed meanwhile\nDynamicEnv b: deleted',
    );
    expect([code, calls.length]).toEqual([0, 2]);
  });

  test('another refusal is told and fails the job, after the rest', () => {
    writeFileSync(file('answer-a'), 'Error from server (Forbidden): no\n');
    const all = ['a uid 17 2001-02-03T04:05:06Z', 'b uid 18 2001-02-03T04:05:06Z'];
    const { code, out, err } = run(shell, all);
    expect(err).toBe('DynamicEnv a: not deleted: Error from server (Forbidden): no\n');
    expect(out).toContain('DynamicEnv b: deleted');
    expect(code).toBe(1);
  });

  test('without a list nothing is deleted, and the job fails', () => {
    writeFileSync(file('broken'), '');
    const { code, err, calls } = run(shell, ['a uid 17 2001-02-03T04:05:06Z']);
    expect([code, calls]).toEqual([1, []]);
    expect(err).toContain('Unable to connect to the server');
  });

  test.each(['', '1h', '-1', '1 1'])(
    'a number of seconds that is none (%j) deletes nothing',
    (after) => {
      const { code, err, calls } = run(shell, ['a uid 17 2001-02-03T04:05:06Z'], after);
      expect([code, err, calls]).toEqual([1, 'DELETE_AFTER_SECONDS must be a whole number\n', []]);
    },
  );
});

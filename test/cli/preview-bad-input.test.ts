import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { previewed, refusal } from './lib/in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'dynamicenv-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function file(content: string, ending = 'yaml'): string {
  count += 1;
  const path = join(folder, `${count}.${ending}`);
  writeFileSync(path, content);
  return path;
}

const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n';
const ENV = 'apiVersion: riskified.com/v1alpha1\nkind: DynamicEnv\nmetadata:\n  name: a\n';
const MATCH = 'spec:\n  istioMatches:\n    - headers:\n        user:\n          exact: a\n';
const DEPLOYMENT = 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\n';
const DRAINED = '  subsets:\n    - name: a\n      namespace: b\n';

describe('every mistake is reported with document, line and field', () => {
  test.each<[string, string, number, number, string]>([
    ['broken YAML', `${SERVICE}---\na: [`, 2, 6, 'Flow sequence in block collection'],
    ['an alias without an anchor', 'a: *b', 1, 1, 'the alias *b has no anchor'],
    [
      'a Helm template',
      `${SERVICE}spec: {{ .Values.spec }}\n`,
      1,
      5,
      'a key must not be a map or list; is this a template',
    ],
    ['a list', '- a', 1, 1, 'expected a Kubernetes object'],
    ['a text', `${SERVICE}---\n---\nhello`, 3, 7, 'expected a Kubernetes object'],
    ['no kind', 'apiVersion: v1\nmetadata: {}\n', 1, 1, 'kind: expected a text'],
    ['no apiVersion', 'kind: Service\n', 1, 1, 'apiVersion: expected a text'],
    [
      'an unknown kind of a group that decides about requests',
      `${SERVICE}---\n# a comment\napiVersion: apps/v1\nkind: Deploymnt\nmetadata: {name: a}\n`,
      2,
      8,
      'kind: no matches for kind "Deploymnt" in version "apps/v1"',
    ],
    [
      'a kind of ours in another group',
      `${SERVICE}---\napiVersion: risk.com/v1alpha1\nkind: DynamicEnv\nmetadata: {name: a}\n`,
      2,
      7,
      'kind: no matches for kind "DynamicEnv" in version "risk.com/v1alpha1"',
    ],
    [
      'no metadata',
      'apiVersion: v1\nkind: Service\n',
      1,
      1,
      'metadata: expected a map with a name',
    ],
    [
      'no name',
      'apiVersion: v1\nkind: Service\nmetadata:\n  namespace: b\n',
      1,
      4,
      'metadata.name: expected a name',
    ],
    [
      'a number as a name',
      SERVICE.replace('name: a', 'name: 12'),
      1,
      4,
      'metadata.name: expected a name; quote it',
    ],
    [
      'a namespace that is not a valid name',
      `${SERVICE}  namespace: 3\n`,
      1,
      5,
      'metadata.namespace: expected a name; quote it',
    ],
    [
      'a label that is not a string',
      `${SERVICE}  labels:\n    on: yes\n    b: "1"\n`,
      1,
      6,
      'metadata.labels.true: expected a text; quote it',
    ],
    [
      'an annotation that is not a string',
      `${SERVICE}  annotations: {a/b: 0644}\n`,
      1,
      5,
      'metadata.annotations.a/b: expected a text; quote it',
    ],
    [
      'labels that are a list',
      `${SERVICE}  labels: [a]\n`,
      1,
      5,
      'metadata.labels: expected a map',
    ],
    ['a Deployment without a spec', DEPLOYMENT, 1, 1, 'spec.selector: expected a map'],
    [
      'a Deployment without pods',
      `${DEPLOYMENT}spec:\n  selector: {}\n  template:\n    metadata: {}\n`,
      1,
      8,
      'spec.template.spec: expected a map',
    ],
    ...[
      ['VirtualService', 'networking.istio.io/v1', 'http: nope', 'spec.http: expected a list'],
      ['VirtualService', 'networking.istio.io/v1', 'http: [null]', 'spec.http[0]: expected a map'],
      ['VirtualService', 'networking.istio.io/v1', 'hosts: backend', 'spec.hosts: expected a list'],
      [
        'VirtualService',
        'networking.istio.io/v1',
        'http: [{route: [{destination: {host: 5}}]}]',
        'spec.http[0].route[0].destination.host: expected a text',
      ],
      ['DestinationRule', 'networking.istio.io/v1', 'host: 5', 'spec.host: expected a text'],
      ['DestinationRule', 'networking.istio.io/v1', 'subsets: x', 'spec.subsets: expected a list'],
      [
        'DestinationRule',
        'networking.istio.io/v1',
        'subsets: [x]',
        'spec.subsets[0]: expected a map',
      ],
      ['Service', 'v1', 'selector: [a]', 'spec.selector: expected a map'],
      ['Service', 'v1', 'selector: {a.b/c: 1}', 'spec.selector.a.b/c: expected a text'],
    ].map(([kind, version, spec, message]): [string, string, number, number, string] => [
      `a ${kind} with ${spec}`,
      `apiVersion: ${version}\nkind: ${kind}\nmetadata:\n  name: a\nspec:\n  ${spec}\n`,
      1,
      6,
      `${message}`,
    ]),
    [
      'containers that are not a list',
      `${DEPLOYMENT}spec:\n  selector: {}\n  template:\n    metadata: {}\n    spec:\n      containers: x\n`,
      1,
      10,
      'spec.template.spec.containers: expected a list',
    ],
    [
      'a name that is not valid',
      SERVICE.replace('name: a', 'name: A_b'),
      1,
      1,
      'services "A_b" is invalid: metadata.name',
    ],
    [
      'a spec that the CRD refuses',
      `${SERVICE}---\n${ENV}${MATCH}${DRAINED}      replicas: 0\n      containers: [{image: a}]\n`,
      2,
      18,
      'spec.subsets[0].replicas: ',
    ],
    [
      'a rule that the CRD refuses',
      `${ENV}${MATCH}          prefix: b\n${DRAINED}      containers: [{image: a}]\n`,
      1,
      9,
      'spec.istioMatches[0].headers[user]: ',
    ],
    [
      'a field that the CRD does not have',
      `${ENV}${MATCH}${DRAINED}      container: []\n      containers: [{image: a}]\n`,
      1,
      13,
      'spec.subsets[0].container: ',
    ],
    [
      'a header whose name has a dot',
      `${ENV}${MATCH}        x.user: {exact: ""}\n${DRAINED}      containers: [{image: a}]\n`,
      1,
      10,
      'spec.istioMatches[0].headers[x.user]',
    ],
  ])('%s', async (_, content, document, line, message) => {
    const path = file(content);
    const told = await refusal('-f', path);
    expect(told.slice(0, `${path}, document ${document}, line ${line}: ${message}`.length)).toBe(
      `${path}, document ${document}, line ${line}: ${message}`,
    );
  });

  test('an object that is defined twice: the error has both places', async () => {
    const first = file(`---\n${SERVICE}`);
    const second = file(
      `${DEPLOYMENT.replace('name: a', 'name: b')}spec: {selector: {}, template: {metadata: {}, spec: {}}}\n---\n${SERVICE}  namespace: default\n`,
    );
    expect(await refusal('-f', first, '-f', second)).toBe(
      `${second}, document 2, line 7: metadata.name: Service default/a is defined already: ${first}, document 1, line 2; remove one of them`,
    );
  });

  test('a file that is named twice is read once, even with two different paths', async () => {
    const own = mkdtempSync(join(folder, 'twice-'));
    writeFileSync(join(own, 'a.yaml'), SERVICE);
    const { code, text } = await previewed(
      '-f',
      own,
      '-f',
      join(own, '..', basename(own), 'a.yaml'),
    );
    expect([code, text]).toEqual([1, expect.stringContaining('no DynamicEnv')]);
  });

  test('an object in a List', async () => {
    const item = (name: string) =>
      `{"apiVersion":"v1","kind":"Service","metadata":{"name":${name}}}`;
    const path = file(
      `{"apiVersion":"v1","kind":"List","items":[\n${item('"a"')},\n${item('3')}]}`,
      'json',
    );
    expect(await refusal('-f', path)).toBe(
      `${path}, document 1, line 3: metadata.name: expected a name; quote it`,
    );
  });
});

describe('wrong arguments', () => {
  test.each<[string[], string]>([
    [[], 'give -f FILE or --from-cluster; see --help'],
    [['-f', folder, '--context=dev'], '--context needs --from-cluster; see --help'],
    [['--from-cluster', '--context='], '--context: expected a value, got an empty text'],
    [['-f', folder, '-n', 'A_b'], '--namespace: expected the name of a namespace, got "A_b"'],
    [['-f', '/no/such'], '/no/such: no such file or directory'],
    [['-f', folder, '-o', 'xml'], '-o: expected one of text, yaml, json, got "xml"'],
    [
      ['-f', folder, '--drain-seconds=x'],
      '--drain-seconds: expected a number of seconds from 0 to 3600, got "x"',
    ],
    [['-f', folder, '--port=1'], "Unknown option '--port'; see --help"],
    [['shop.yaml'], "Unexpected argument 'shop.yaml'; see --help"],
  ])('%j', async (args, message) => {
    expect(await refusal(...args)).toBe(message);
  });

  test('a folder without manifests', async () => {
    const empty = mkdtempSync(join(folder, 'empty-'));
    expect(await refusal('-f', empty)).toBe(`${empty}: no .yaml, .yml, .json files in it`);
  });
});

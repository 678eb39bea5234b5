import { describe, expect, it } from '@jest/globals';
import { evaluate, type Mesh } from '../../../../src/istio/evaluate.ts';
import { destinationRule } from '../../../../src/kinds/virtual-environment/destination-rule.ts';
import { needsObjects } from '../../../../src/kinds/virtual-environment/needs-objects.ts';
import { wantedRoutes } from '../../../../src/kinds/virtual-environment/routes.ts';
import { virtualService } from '../../../../src/kinds/virtual-environment/virtualservice.ts';
import { RULES, routesInput } from '../../../support/virtual-environment.ts';

/** The end-to-end case of the operator of the same name: js calls go, and go calls java. */
const VERSIONS = {
  js: ['dev', 'dev.proj1'],
  go: ['dev', 'dev.proj2'],
  java: ['dev', 'dev.proj1', 'dev.proj1.feature1'],
};
type Name = keyof typeof VERSIONS;
const NAMES = Object.keys(VERSIONS) as Name[];
const CALLERS = [...new Set(Object.values(VERSIONS).flat())];
const hostOf = (name: Name) => `${name}.default.svc.cluster.local`;

const DECIDED = NAMES.map((service) => {
  const given = { versions: VERSIONS[service], defaultSubset: 'dev', callers: CALLERS };
  const input = { ...routesInput(given), service };
  return { service, input, ...wantedRoutes(input) };
});
const MESH: Mesh = {
  clusterDomain: 'cluster.local',
  virtualServices: DECIDED.map(({ service, input, http }) =>
    virtualService(service, 'default', input.options, http),
  ),
  destinationRules: DECIDED.map(({ service, input }) =>
    destinationRule(service, 'default', input.routed, {}),
  ),
  services: NAMES.map((name) => ({
    host: hostOf(name),
    namespace: 'default',
    selector: { app: name },
    ports: [8080],
  })),
};

/** The version that a call reaches, and the header that it has there. */
function call(name: Name, header: string | undefined, callerVersion: string | undefined) {
  const outcome = evaluate(
    {
      method: 'GET',
      scheme: 'http',
      authority: name,
      path: '/',
      host: hostOf(name),
      port: 8080,
      headers: header === undefined ? {} : { 'x-virtual-env': header },
      sourceLabels: callerVersion === undefined ? {} : { [RULES.label]: callerVersion },
      sourceNamespace: 'default',
      gateway: 'mesh',
    },
    MESH,
  );
  if (outcome.kind !== 'destinations') throw new Error(outcome.kind);
  const routes = MESH.virtualServices.find(({ metadata }) => metadata.name === name)?.spec.http;
  const set = routes?.[outcome.hit?.routeIndex ?? -1]?.headers?.request?.set ?? {};
  const version = outcome.destinations[0]?.labels?.[RULES.label];
  return { version, header: set[RULES.header] ?? header };
}

describe('a chain of calls with injected headers', () => {
  it.each([
    ['dev.proj1', ['dev.proj1', 'dev', 'dev.proj1'], 'dev.proj1'],
    ['dev.proj1.feature1', ['dev.proj1', 'dev', 'dev.proj1.feature1'], 'dev.proj1.feature1'],
    ['dev.proj2', ['dev', 'dev.proj2', 'dev'], 'dev.proj2'],
    ['dev', ['dev', 'dev', 'dev'], 'dev'],
    // A value that no pod has. The operator sends it to the default.
    ['dev.proj1.feature2', ['dev.proj1', 'dev', 'dev.proj1'], 'dev.proj1.feature2'],
    // The caller of js has no label, so js sees no header.
    [undefined, ['dev', 'dev', 'dev'], undefined],
  ])('with header %s reaches %j', (sent, versions, seenByJs) => {
    const js = call('js', sent, undefined);
    const go = call('go', js.header, js.version);
    const java = call('java', go.header, go.version);
    expect([js, go, java].map(({ version }) => version)).toEqual(versions);
    expect([js, go, java].map(({ header }) => header)).toEqual([
      seenByJs,
      sent ?? 'dev',
      sent ?? 'dev',
    ]);
  });

  it('needs a VirtualService for each Service, also for those with one version', () => {
    const one = routesInput({ versions: ['dev'], defaultSubset: 'dev', callers: CALLERS });
    expect(needsObjects(wantedRoutes(one).http, one)).toBe(true);
  });
});

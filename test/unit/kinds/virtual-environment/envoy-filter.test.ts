import { expect, test } from '@jest/globals';
import { injectingFilter } from '../../../../src/kinds/virtual-environment/envoy-filter.ts';

const INPUT = {
  owner: 'demo',
  namespace: 'shop',
  header: 'X-Virtual-Env',
  label: 'virtual-env',
} as const;
const nameOf = (value: string, owner = 'demo') =>
  injectingFilter(value, { ...INPUT, owner }).metadata.name;

test('the filter is for the outbound requests of the pods with the value', () => {
  expect(injectingFilter('dev.proj1', INPUT)).toEqual({
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'EnvoyFilter',
    metadata: { name: 'demo-dev-proj1-29be71eb92', namespace: 'shop' },
    spec: {
      workloadSelector: { labels: { 'virtual-env': 'dev.proj1' } },
      configPatches: [
        {
          applyTo: 'HTTP_FILTER',
          match: {
            context: 'SIDECAR_OUTBOUND',
            listener: {
              filterChain: { filter: { name: 'envoy.filters.network.http_connection_manager' } },
            },
          },
          patch: {
            operation: 'INSERT_FIRST',
            value: {
              name: 'virtual-environment',
              typed_config: {
                '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua',
                default_source_code: {
                  inline_string: [
                    'function envoy_on_request(handle)',
                    '  local headers = handle:headers()',
                    '  if headers:get("X-Virtual-Env") == nil then',
                    '    headers:add("X-Virtual-Env", "dev.proj1")',
                    '  end',
                    'end',
                    '',
                  ].join('\n'),
                },
              },
            },
          },
        },
      ],
    },
  });
});

test('names are names of Kubernetes objects', () => {
  const values = ['dev', 'Dev_1.x', 'a.-_.b', 'A', '0', 'x'.repeat(63), `${'x'.repeat(62)}Y`];
  for (const owner of ['demo', 'a.b', 'y'.repeat(253)]) {
    for (const value of values) {
      expect(nameOf(value, owner)).toMatch(/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/);
      expect(nameOf(value, owner).length).toBeLessThanOrEqual(253);
      expect(nameOf(value, owner)).not.toMatch(/\.\.|\.-|-\./);
    }
  }
});

test('values that differ in what a name cannot have, and other owners, have other names', () => {
  expect(nameOf('dev_1')).not.toBe(nameOf('dev-1'));
  expect(nameOf('DEV')).not.toBe(nameOf('dev'));
  expect(nameOf('b-c', 'a')).not.toBe(nameOf('c', 'a-b'));
});

import { UsageError } from '../../errors.ts';
import { MESH, matchGateways, resolveGateway } from '../../istio/gateway-name.ts';
import { namespaceOf } from '../../istio/objects.ts';
import type { MeshSnapshot } from '../../trace/mesh-snapshot.ts';
import type { Caller } from '../../trace/types.ts';
import { namespaceOption, textOption } from '../common/option-values.ts';

/** The caller, as the flags describe it. */
export interface CallerOptions {
  from?: { namespace: string; name: string };
  namespace?: string;
  labels?: Record<string, string>;
  /** `namespace/name` */
  gateway?: string;
}

export function callerOptions(given: Record<string, unknown>): CallerOptions {
  const from = pairOf(given, 'from', 'Deployment');
  const gateway = pairOf(given, 'gateway', 'Gateway');
  const labels = labelsOf(textOption(given, 'from-labels'));
  const namespace = namespaceOption(given, 'from-namespace');
  const ways = [from && '--from', gateway && '--gateway'].filter((way) => way !== undefined);
  const parts = [labels && '--from-labels', namespace && '--from-namespace'];
  const [one, other] = [...ways, ...parts.filter((part) => part !== undefined)];
  if (ways.length > 0 && other !== undefined) {
    throw new UsageError(`${one} and ${other} exclude each other; see --help`);
  }
  return {
    ...(from ? { from } : {}),
    ...(namespace ? { namespace } : {}),
    ...(labels ? { labels } : {}),
    ...(gateway ? { gateway: `${gateway.namespace}/${gateway.name}` } : {}),
  };
}

function pairOf(given: Record<string, unknown>, flag: string, kind: string) {
  const text = textOption(given, flag);
  if (text === undefined) return undefined;
  const [namespace = '', name = '', ...rest] = text.split('/');
  if (namespace && name && rest.length === 0) return { namespace, name };
  throw new UsageError(`--${flag}: expected NAMESPACE/NAME of a ${kind}, got "${text}"`);
}

function labelsOf(text: string | undefined): Record<string, string> | undefined {
  if (text === undefined) return undefined;
  const pairs = text.split(',').map((pair) => {
    const [key = '', value, ...rest] = pair.split('=').map((part) => part.trim());
    if (key && value !== undefined && rest.length === 0) return [key, value] as const;
    throw new UsageError(`--from-labels: expected KEY=VALUE,…, got "${text}"`);
  });
  return Object.fromEntries(pairs);
}

/** The caller, looked up among the objects. `fallback`: the namespace of a caller without flags. */
export function callerOf(
  { from, namespace, labels, gateway }: CallerOptions,
  fallback: string,
  { workloads, mesh }: MeshSnapshot,
): { caller: Caller; notes: string[] } {
  if (gateway !== undefined) {
    const [home = ''] = gateway.split('/');
    const caller: Caller = { kind: 'gateway', gateway, namespace: home, labels: {} };
    return { caller, notes: unboundGateway(gateway, mesh) };
  }
  if (from === undefined) {
    const own: Caller = {
      kind: 'pod',
      gateway: MESH,
      namespace: namespace ?? fallback,
      labels: labels ?? {},
    };
    const isAssumed = namespace === undefined && labels === undefined;
    const note = `the caller is assumed to be a pod without labels in namespace ${own.namespace}; name another one with --from`;
    return { caller: own, notes: isAssumed ? [note] : [] };
  }
  const found = workloads.find((one) => one.namespace === from.namespace && one.name === from.name);
  if (found === undefined) throw unknownCaller(from, workloads);
  const workload = `${found.kind} ${found.namespace}/${found.name}`;
  const { namespace: home } = found;
  return {
    caller: { kind: 'pod', gateway: MESH, namespace: home, labels: { ...found.labels }, workload },
    notes: [],
  };
}

/** A gateway that no VirtualService names routes nothing, and may be a typing error. */
function unboundGateway(gateway: string, { virtualServices }: MeshSnapshot['mesh']): string[] {
  const bound = virtualServices.flatMap((one) => {
    const namespace = namespaceOf(one);
    const names = matchGateways(one.spec?.gateways ?? [], namespace);
    return names.map((name) => resolveGateway(name, namespace));
  });
  const known = [...new Set(bound)].sort();
  if (known.includes(gateway)) return [];
  return [
    `--gateway: no VirtualService among the objects is bound to ${gateway}; ${listed(known)}`,
  ];
}

const MOST = 8;

function listed(names: readonly string[]): string {
  const some = names.slice(0, MOST).join(', ') + (names.length > MOST ? ' …' : '');
  return some === '' ? 'there is none at all' : `there are ${some}`;
}

function unknownCaller(
  { namespace, name }: { namespace: string; name: string },
  workloads: MeshSnapshot['workloads'],
): UsageError {
  const names = workloads.map((one) => `${one.namespace}/${one.name}`);
  return new UsageError(
    `--from: no Deployment ${namespace}/${name} among the objects; ${listed(names)}`,
  );
}

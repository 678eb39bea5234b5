import type { Container, Deployment } from '../../../k8s/workload.ts';

type Port = NonNullable<Container['ports']>[number];
type Probe = NonNullable<Container['readinessProbe']>;
type Handler = Pick<Probe, 'httpGet' | 'tcpSocket'>;

/**
 * A container with one entry for each port and protocol. The first one stays, with the name and the host port of a later one if it has
 * none. Two names of one port cannot stay, so what the container itself asks for by a dropped name asks for the number: a kubelet finds
 * no other port (`ResolveContainerPort` in `pkg/probe/util.go`).
 */
export function portsOnce(container: Container): Container {
  const byPort = Map.groupBy(container.ports ?? [], keyOf);
  if (byPort.size === (container.ports ?? []).length) return container;
  const ports = [...byPort.values()].map((same) => Object.assign({}, ...same.toReversed()) as Port);
  const stay = new Set(ports.map(({ name }) => name));
  const numbers = new Map(
    (container.ports ?? []).flatMap(({ name, containerPort }) =>
      name === undefined || stay.has(name) ? [] : [[name, containerPort] as const],
    ),
  );
  return { ...withNumbers(container, numbers), ports };
}

/** Warnings about port names of a base that its clone does not have: a Service may ask for one (`FindPort` in `pkg/api/v1/pod`). */
export function droppedPortNames({ spec }: Deployment): string[] {
  const pod = spec.template.spec;
  return [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].flatMap(({ ports = [] }) =>
    [...Map.groupBy(ports, keyOf).values()].flatMap((same) => {
      const [name, ...others] = same.flatMap((port) => port.name ?? []);
      return others.map(
        (dropped) =>
          `the base has the port ${name} a second time, with the name ${dropped}, which its clone cannot have: a Service with targetPort ${dropped} does not reach the clone; use targetPort ${name}`,
      );
    }),
  );
}

function keyOf({ containerPort, protocol = 'TCP' }: Port): string {
  return `${containerPort}/${protocol}`;
}

function withNumbers(container: Container, numbers: ReadonlyMap<string, number>): Container {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
  const numbered = <H extends Handler>(handler: H): H => ({
    ...handler,
    ...(handler.httpGet && { httpGet: withNumber(handler.httpGet, numbers) }),
    ...(handler.tcpSocket && { tcpSocket: withNumber(handler.tcpSocket, numbers) }),
  });
  return {
    ...container,
    ...(livenessProbe && { livenessProbe: numbered(livenessProbe) }),
    ...(readinessProbe && { readinessProbe: numbered(readinessProbe) }),
    ...(startupProbe && { startupProbe: numbered(startupProbe) }),
    ...(lifecycle && {
      lifecycle: {
        ...lifecycle,
        ...(lifecycle.postStart && { postStart: numbered(lifecycle.postStart) }),
        ...(lifecycle.preStop && { preStop: numbered(lifecycle.preStop) }),
      },
    }),
  };
}

function withNumber<A extends { port: number | string }>(
  action: A,
  numbers: ReadonlyMap<string, number>,
): A {
  return { ...action, port: numbers.get(String(action.port)) ?? action.port };
}

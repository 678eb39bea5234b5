import type { Command } from '../../control-plane/commands.ts';
import { problem, until } from '../../control-plane/poll.ts';
import { envOf, type Guarded, injectionOf, send, workload } from './guarded.ts';

const FINALIZER = 'metacontroller.io/compositecontroller-dynamicenv';

/**
 * Creates an author's env in team-a, and then does what Metacontroller does: adds its finalizer, creates children that
 * block the deletion of their owner, writes the status. Returns a function that does Metacontroller's part after the
 * env was deleted: it removes the finalizer.
 */
export async function metacontrollerMakes(
  { metacontroller, kubectl }: Guarded,
  author: Command,
  name: string,
): Promise<() => Promise<void>> {
  await send(author, 'create', envOf(name, { subsets: [workload('team-a')] }));
  const env = ['de', name];
  const finalizers = (list: string[]) => {
    const patch = JSON.stringify({ metadata: { finalizers: list } });
    return metacontroller(['patch', ...env, '--type=merge', '-p', patch]);
  };
  await finalizers([FINALIZER]);
  const uid = await kubectl(['get', ...env, '-o', 'jsonpath={.metadata.uid}']);
  const owner = {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  for (const { metadata, ...rest } of [injectionOf(name), deployment(`backend-${name}`)]) {
    const child = { ...rest, metadata: { ...metadata, ownerReferences: [owner] } };
    await send(metacontroller, 'create', child);
  }
  const status = JSON.stringify({ status: { state: 'processing', totalCount: 1, totalReady: 0 } });
  const subresource = '--subresource=status';
  await metacontroller(['patch', ...env, subresource, '--type=merge', '-p', status]);
  // As Metacontroller does it: it reads the object again, and repeats the write after a conflict.
  return () => until(10, () => problem(release(metacontroller, env)));
}

async function release(metacontroller: Command, env: readonly string[]): Promise<void> {
  const object = JSON.parse(await metacontroller(['get', ...env, '-o', 'json']));
  const { metadata } = object as { metadata: { finalizers: string[] } };
  metadata.finalizers = metadata.finalizers.filter((one) => one !== FINALIZER);
  await send(metacontroller, 'replace', object);
}

/** A Deployment in team-a with 0 replicas. */
export function deployment(name: string) {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'team-a' },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'x', image: 'x' }] } },
    },
  };
}

import type { DynamicEnv } from '../../api/dynamicenv.ts';
import { EVENT_ROUTING_LABEL } from '../../api/marks.ts';
import { isAvailable } from '../../k8s/workload.ts';
import { compare, countOf } from '../common/compare.ts';
import { type Readable, snapshot } from '../common/snapshot.ts';
import type { Output } from '../common/terminal.ts';
import { claim, told, UntrueError, until } from './context.ts';
import { CONSUMER, type MessagesDemo, startMessagesDemo } from './messages-cluster.ts';

const FIRST = 'mp-101';
const SECOND = 'mp-102';
const OF_FIRST = [`x-source-route: ${FIRST}`];
const OF_SECOND = [`x-source-route: ${SECOND}`];
const FIRST_CLONE = `${CONSUMER}-${FIRST}`;
const SECOND_CLONE = `${CONSUMER}-${SECOND}`;

/** Tells how versions of one service share a topic, with the objects of examples/messages. Exit code 1: a statement is not true. */
export function messages(output: Output): Promise<number> {
  return told(() => tell(output), output);
}

async function tell(output: Output): Promise<void> {
  const demo = await startMessagesDemo(output);
  output.write('This is the real service, on an in-memory cluster with a virtual clock.\n\n');
  demo.title(
    `payment-service writes to the topic payments, and ${CONSUMER} consumes it (examples/messages)`,
  );
  demo.message([], [CONSUMER]);
  demo.message(OF_FIRST, [CONSUMER]);
  const before = new Map(snapshot(demo.cluster.all()));
  await refused(demo);
  await optIn(demo, before);
  await joins(demo);
  await secondBranch(demo);
  await leaves(demo);
  await suspension(demo);
  await end(demo);
  const differences = countOf(compare(before, snapshot(demo.cluster.all())));
  claim(differences === 0, `nothing is left over, but there are ${differences} differences`);
  output.write(`\n${differences} differences from the start, but for the opt-in\n`);
}

async function refused({ title, say, ...demo }: MessagesDemo): Promise<void> {
  title(`\nTicket ${FIRST} changes both services. Its DynamicEnv has events: {} for ${CONSUMER}`);
  await demo.apply(demo.env(FIRST));
  const status = () =>
    JSON.stringify(demo.cluster.get<DynamicEnv>('DynamicEnv', undefined, FIRST)?.status ?? {});
  await until(demo.cluster, () => status().includes(EVENT_ROUTING_LABEL), 'the status says why');
  await demo.cluster.advance(30);
  claim(demo.clone(FIRST) === undefined, `there is no Deployment ${FIRST_CLONE}`);
  say(`${CONSUMER} is not cloned: its team has not opted in, so a clone would take its messages.`);
  demo.message(OF_FIRST, [CONSUMER]);
}

/** What the opt-in changes of order-service is no difference at the end. */
async function optIn(demo: MessagesDemo, before: Map<string, Readable>): Promise<void> {
  const { title, say, apply, optedIn, cluster } = demo;
  title('\nThe team opts in: a release with the library, a label, and two variables');
  await apply(optedIn);
  await until(cluster, () => demo.subscriber(FIRST) !== undefined, 'a Subscriber is created');
  const key = `Deployment shop/${CONSUMER}`;
  const after = snapshot(cluster.all()).get(key);
  if (after === undefined) throw new UntrueError(`${key} exists`);
  before.set(key, after);
  say(`The waiting env goes on: its Subscriber is there, before its clone.`);
}

async function joins(demo: MessagesDemo): Promise<void> {
  const { title, say, cluster, message } = demo;
  title('\nThe consumers of the branch join');
  claim(demo.subscriber(FIRST)?.spec.phase === 'Joining', 'the phase is Joining');
  say('Joining: the pods of the branch start. They copy the position of the shared version.');
  message(OF_FIRST, [CONSUMER]);
  await until(cluster, () => isRunning(demo, FIRST), `the pods of ${FIRST_CLONE} are available`);
  claim(demo.subscriber(FIRST)?.spec.phase === 'Joining', 'the phase is still Joining');
  say(
    'Its pods are available: every partition is copied and assigned. For a moment both handle its messages.',
  );
  message(OF_FIRST, [CONSUMER, FIRST_CLONE]);
  await demo.phase(FIRST, 'Live');
  say('Live: the shared version leaves them to the branch. Each message has one handler.');
  message([], [CONSUMER]);
  message(OF_FIRST, [FIRST_CLONE]);
  message([`x-service-route: ${CONSUMER}:${FIRST}`], [FIRST_CLONE]);
  message([`x-service-route: payment-service:${FIRST}`], [CONSUMER]);
  message(['x-source-route: mp-1012'], [CONSUMER]);
  message([`x-source-route: ${FIRST}`, `x-source-route: ${FIRST}`], [CONSUMER]);
}

async function secondBranch(demo: MessagesDemo): Promise<void> {
  demo.title(`\nTicket ${SECOND} has a branch of ${CONSUMER}, too`);
  const { subsets = [] } = demo.env(SECOND).spec;
  await demo.apply(demo.env(SECOND, { subsets: subsets.filter(({ name }) => name === CONSUMER) }));
  await demo.phase(SECOND, 'Live');
  demo.message(OF_FIRST, [FIRST_CLONE]);
  demo.message(OF_SECOND, [SECOND_CLONE]);
  demo.message([], [CONSUMER]);
}

async function leaves(demo: MessagesDemo): Promise<void> {
  const { title, say, cluster, message } = demo;
  title(`\nTicket ${SECOND} is merged, and its env is deleted`);
  await demo.remove(SECOND);
  await demo.phase(SECOND, 'Leaving');
  say(
    'Leaving: the shared version takes over. A pod that has not heard of it may leave messages to the branch for 30 s.',
  );
  message(OF_SECOND, [CONSUMER, SECOND_CLONE]);
  await cluster.advance(34);
  claim(isRunning(demo, SECOND), 'the pods of the branch are still there');
  say('So the pods of the branch stay for 35 s, and then handle what is left in their partitions.');
  await demo.phase(SECOND, undefined);
  claim(demo.clone(SECOND) === undefined, `Deployment ${SECOND_CLONE} is gone`);
  message(OF_SECOND, [CONSUMER]);
  message(OF_FIRST, [FIRST_CLONE]);
}

async function suspension(demo: MessagesDemo): Promise<void> {
  const { title, say, message, subscriber } = demo;
  title(`\n${FIRST} is suspended for the weekend`);
  const first = subscriber(FIRST)?.spec.incarnation;
  await demo.apply(demo.env(FIRST, { suspend: true }));
  await demo.phase(FIRST, 'Leaving');
  await demo.phase(FIRST, undefined);
  message(OF_FIRST, [CONSUMER]);
  await demo.apply(demo.env(FIRST, { suspend: false }));
  await demo.phase(FIRST, 'Live');
  const second = subscriber(FIRST)?.spec.incarnation;
  claim(first !== undefined && first !== second, 'the incarnation is a new one');
  say(
    'On Monday it comes back as a new incarnation, whose groups begin with a new copy of the position.',
  );
  message(OF_FIRST, [FIRST_CLONE]);
}

async function end(demo: MessagesDemo): Promise<void> {
  demo.title(`\nTicket ${FIRST} is merged, too`);
  await demo.remove(FIRST);
  await demo.phase(FIRST, undefined);
  await demo.cluster.settle();
  demo.message(OF_FIRST, [CONSUMER]);
}

function isRunning({ clone }: MessagesDemo, env: string): boolean {
  const live = clone(env);
  return live !== undefined && isAvailable(live);
}

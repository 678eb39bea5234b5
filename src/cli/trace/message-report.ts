import type { Consumer, MessageTrace, Reading } from '../../trace/message/types.ts';
import { reportText } from '../common/printable.ts';
import type { Paint } from '../common/terminal.ts';
import { rows } from './rows.ts';

/** Who handles a message, for people. */
export function messageText(
  { workload, headers, services, readings, ref, consumers, ...answer }: MessageTrace,
  title: string | undefined,
  paint: Paint,
): string {
  const fields = headers.map(([name, value]) => `${name}: ${value}`);
  const lines = [
    ...(title === undefined ? [] : [title, '']),
    paint('bold', [`message to ${workload}`, ...fields].join('  ')),
    paint(answer.isClear ? 'green' : 'yellow', `→ ${answer.summary}`),
    ...rows('named as', [services.join(' or ')]),
    ...rows(
      'header',
      readings.length === 0 ? ['none that carries a ref'] : readings.map(readingText),
    ),
    ...rows('ref', [ref ?? 'none, so the base handles it']),
    ...consumers.flatMap((one) => rows(labelOf(one), consumerTexts(one))),
    ...rows('note', answer.notes).map((line) => paint('yellow', line)),
  ];
  return reportText(lines);
}

function readingText({ header, value, says, decides }: Reading): string {
  const shown = value === undefined ? '' : ` "${value}"`;
  return `${header}${shown}: ${says}${decides ? '; this header decides' : ''}`;
}

function labelOf({ env }: Consumer): string {
  return env === undefined ? 'base' : 'env';
}

function consumerTexts({ deployment, env, subscriber, pods, action, why }: Consumer): string[] {
  const count = pods === undefined ? '' : `, ${pods.ready} of ${pods.wanted} ready`;
  const lease =
    env === undefined && action === 'skip'
      ? ' (it handles it, too, if the feed has not answered it for 30 s)'
      : '';
  const words = { handle: 'handles it', skip: 'skips it', compete: 'competes' };
  return [
    `Deployment ${deployment}${count}${env === undefined ? '' : `, clone of env ${env}`}`,
    `${words[action]}: ${why}${lease}`,
    ...(subscriber === undefined
      ? []
      : [
          `Subscriber ${subscriber.name} is ${subscriber.phase}: ref ${subscriber.ref}, named as ${subscriber.services.join(' or ')}`,
          `its consumer groups: *.${subscriber.ref}.${subscriber.incarnation}`,
        ]),
  ];
}

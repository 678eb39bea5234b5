import { describe, expect, test } from '@jest/globals';
import { progressOf } from '../../src/kafkajs/progress.ts';

type Step = ['handled', string, string?] | ['reads' | 'skipped' | 'committed', string];

describe('what may be committed without the application', () => {
  test.each<[string, Step[], string | undefined]>([
    ['nothing was seen', [], undefined],
    [
      'skipped only',
      [
        ['skipped', '0'],
        ['skipped', '1'],
      ],
      '2',
    ],
    [
      'a message is open',
      [
        ['handled', '0'],
        ['skipped', '1'],
      ],
      undefined,
    ],
    [
      'an open message behind skipped ones',
      [
        ['skipped', '0'],
        ['handled', '1'],
      ],
      undefined,
    ],
    [
      'the application has committed',
      [
        ['handled', '0'],
        ['skipped', '1'],
        ['committed', '1'],
      ],
      '2',
    ],
    [
      'it has committed everything',
      [
        ['handled', '0'],
        ['committed', '1'],
      ],
      undefined,
    ],
    [
      'it has committed a part',
      [
        ['handled', '0'],
        ['handled', '1'],
        ['skipped', '2'],
        ['committed', '1'],
      ],
      undefined,
    ],
    [
      'it has committed the rest',
      [
        ['handled', '0'],
        ['handled', '1'],
        ['skipped', '2'],
        ['committed', '1'],
        ['committed', '2'],
      ],
      '3',
    ],
    [
      'a batch',
      [
        ['handled', '3', '7'],
        ['skipped', '9'],
        ['committed', '8'],
      ],
      '10',
    ],
    [
      'a part of a batch',
      [
        ['handled', '3', '7'],
        ['skipped', '9'],
        ['committed', '7'],
      ],
      undefined,
    ],
    [
      'ours is committed',
      [
        ['skipped', '4'],
        ['committed', '5'],
      ],
      undefined,
    ],
    [
      'a message again: it is open again',
      [
        ['handled', '0'],
        ['skipped', '1'],
        ['handled', '0'],
      ],
      undefined,
    ],
    [
      'a skipped message again, an earlier one is open',
      [
        ['handled', '0'],
        ['skipped', '1'],
        ['skipped', '2'],
        ['skipped', '1'],
      ],
      undefined,
    ],
    [
      'back before what was open',
      [
        ['handled', '5'],
        ['skipped', '3'],
      ],
      '4',
    ],
    [
      'back between open ones, then committed',
      [
        ['handled', '0'],
        ['handled', '5'],
        ['skipped', '3'],
        ['committed', '3'],
      ],
      '4',
    ],
    [
      'a batch again, of which nothing is handled any more',
      [
        ['reads', '0'],
        ['handled', '0', '2'],
        ['skipped', '2'],
        ['reads', '0'],
        ['skipped', '2'],
      ],
      '3',
    ],
    [
      'the next batch, and the one before is open',
      [
        ['reads', '0'],
        ['handled', '0', '2'],
        ['skipped', '2'],
        ['reads', '3'],
        ['skipped', '5'],
      ],
      undefined,
    ],
    ['beyond 2^53', [['skipped', '9007199254740993']], '9007199254740994'],
  ])('%s', (_, steps, expected) => {
    const progress = progressOf();
    for (const step of steps) {
      if (step[0] === 'handled') progress.handled('t', 0, step[1], step[2]);
      else progress[step[0]]('t', 0, step[1]);
    }
    expect(progress.toCommit('t', 0)).toBe(expected);
    expect(progress.toCommit('t', 1)).toBeUndefined();
    progress.clear();
    expect(progress.toCommit('t', 0)).toBeUndefined();
  });
});

import { describe, expect, it } from '@jest/globals';
import { memoizedByText } from '../../../src/k8s/memoize.ts';

function counting(memory: { size: number; bytes: number }) {
  const asked: string[] = [];
  const answer = memoizedByText({ ...memory }, (text) => asked.push(text) && text.length);
  return { answer, asked };
}

describe('a memoized function', () => {
  it('is called once for a text, until the limit of other texts is reached', () => {
    const { answer, asked } = counting({ size: 2, bytes: 1000 });
    expect(['a', 'bb', 'a', 'bb'].map(answer)).toEqual([1, 2, 1, 2]);
    expect(asked).toEqual(['a', 'bb']);
    expect(['ccc', 'a', 'ccc'].map(answer)).toEqual([3, 1, 3]);
    expect(asked).toEqual(['a', 'bb', 'ccc', 'a']);
  });

  it('keeps values up to a number of bytes: the oldest are removed, and a value larger than the limit is never kept', () => {
    const { answer, asked } = counting({ size: 10, bytes: 10 });
    ['aaaaaa', 'bbb', 'ccc', 'bbb', 'ccc', 'x'.repeat(11), 'bbb', 'x'.repeat(11)].map(answer);
    expect(asked).toEqual(['aaaaaa', 'bbb', 'ccc', 'x'.repeat(11), 'x'.repeat(11)]);
  });

  it('distinguishes long texts, also from the texts of their hashes', () => {
    const { answer, asked } = counting({ size: 10, bytes: 10_000 });
    const long = 'a'.repeat(1000);
    expect([long, `${long}b`, long].map(answer)).toEqual([1000, 1001, 1000]);
    const hash = '41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3';
    expect(answer(hash)).toBe(64);
    expect(asked).toEqual([long, `${long}b`, hash]);
  });

  it('also keeps undefined as a result', () => {
    let asked = 0;
    const answer = memoizedByText<undefined>({ size: 2, bytes: 10 }, () => {
      asked += 1;
      return undefined;
    });
    expect([answer('a'), answer('a')]).toEqual([undefined, undefined]);
    expect(asked).toBe(1);
  });
});

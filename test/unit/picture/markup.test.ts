import { expect, test } from '@jest/globals';
import { element, escaped } from '../../../src/picture/markup.ts';

test.each([
  ['plain', 'plain'],
  [`<a href="x" title='y'>&amp;`, '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;'],
  [']]><!-- -->', ']]&gt;&lt;!-- --&gt;'],
  ['\u0000\u0008\u000b\u001f\uffff', '\ufffd'.repeat(5)],
  ['tab\tline\n', 'tab\tline\n'],
  ['half of a pair: \ud83d', 'half of a pair: \ufffd'],
  ['😀', '😀'],
])('%j', (text, safe) => {
  expect(escaped(text)).toBe(safe);
});

test('attributes are escaped, numbers rounded, undefined ones left out', () => {
  expect(element('a', { x: 1.26, y: undefined, z: '"<' }, 'in')).toBe(
    '<a x="1.3" z="&quot;&lt;">in</a>',
  );
  expect(element('a', {})).toBe('<a/>');
});

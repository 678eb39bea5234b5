import { describe, expect, it } from '@jest/globals';
import { regexVerdict } from '../../../../src/istio/compiled-regexes.ts';
import { aliasConditions } from '../../../../src/kinds/virtual-environment/alias.ts';

function regexOf(pattern: string, value = 'proj-ab', splitter = '.', placeholder = '(@)'): string {
  const found = aliasConditions({ name: 'Cookie', pattern, placeholder }, [value], splitter);
  return 'problem' in found ? `refused: ${found.problem}` : (found.conditions[0]?.[0]?.regex ?? '');
}

const TAIL = String.raw`(?:\.[-A-Za-z0-9_.]*)?`;

describe('the regex of an alias', () => {
  it.each([
    ['the operator’s example', '.*;VirtualEnv=(@);.*', `.*;VirtualEnv=proj-ab${TAIL};.*`],
    ['ends with the value', 'env=(@)', `env=proj-ab${TAIL}`],
    ['an optional rest', '(.*;)?env=(@)(;.*)?', `(.*;)?env=proj-ab${TAIL}(;.*)?`],
    ['anything may follow', 'env=(@).*', `env=proj-ab${TAIL}(?:[^-A-Za-z0-9_.].*)?`],
    ['something must follow', 'env=(@).+', `env=proj-ab${TAIL}[^-A-Za-z0-9_.].*`],
    ['anything may precede', '.*(@)', `(?:.*[^-A-Za-z0-9_.])?proj-ab${TAIL}`],
    ['something must precede', '.+?(@)', `.*?[^-A-Za-z0-9_.]proj-ab${TAIL}`],
    [
      'a backslash, and then anything',
      String.raw`\\.*(@)`,
      String.raw`\\(?:.*[^-A-Za-z0-9_.])?proj-ab${TAIL}`,
    ],
    ['two places', 'a=(@);b=(@)', `a=proj-ab${TAIL};b=proj-ab${TAIL}`],
    ['alternatives', 'a=(@)|b=(@)', `a=proj-ab${TAIL}|b=proj-ab${TAIL}`],
    ['a fixed text that could be a label', 'env-(@)', `env-proj-ab${TAIL}`],
    ['the splitter follows', String.raw`(@)\.example\.com`, `proj-ab${TAIL}\\.example\\.com`],
    ['a class without such characters', 'env=(@)[;, ]x', `env=proj-ab${TAIL}[;, ]x`],
    ['groups with flags', '(?i:env=)(@)(?i:;.*)?', `(?i:env=)proj-ab${TAIL}(?i:;.*)?`],
    ['a flag that ends with its group', '((?i)env)=(@)', `((?i)env)=proj-ab${TAIL}`],
    ['a flag that is taken back', '(?i)env=(?-i:(@))', `(?i)env=(?-i:proj-ab${TAIL})`],
    ['an optional bracket before an i', String.raw`\(?i=(@)`, `\\(?i=proj-ab${TAIL}`],
    ['any case before it', '.*(?i:env)(@)', `.*(?i:env)proj-ab${TAIL}`],
    ['anchors', '^env=(@)$', `^env=proj-ab${TAIL}$`],
  ])('%s', (_, pattern, regex) => {
    expect(regexOf(pattern)).toBe(regex);
  });

  it.each([
    ['a value with points', 'a.b', '.', String.raw`a\.b(?:\.[-A-Za-z0-9_.]*)?`],
    ['a splitter that no label has', 'a', '/', String.raw`a(?:/[-A-Za-z0-9_.\/]*)?`],
    ['a splitter with a meaning', 'a', '+', String.raw`a(?:\+[-A-Za-z0-9_.\+]*)?`],
    ['a hyphen', 'a', '-', 'a(?:-[-A-Za-z0-9_.]*)?'],
    ['a bracket', 'a', ']', String.raw`a(?:\][-A-Za-z0-9_.\]]*)?`],
  ])('escapes value and splitter: %s', (_, value, splitter, regex) => {
    expect(regexOf('(@)', value, splitter)).toBe(regex);
  });

  it('replaces a placeholder of any text', () => {
    expect(regexOf('env=$1;', 'dev', '.', '$1')).toBe(`env=dev${TAIL};`);
    expect(regexOf('env=(X).*', 'dev', '.', 'X')).toBe(`env=dev${TAIL}(?:[^-A-Za-z0-9_.].*)?`);
  });

  it.each([
    ['no placeholder', 'env=.*', /^refused: has no placeholder \(@\)/],
    ['the value could go on', 'env=(@)[a-z]*', /where the version ends/],
    ['a dot', 'env=(@).', /where the version ends/],
    ['a digit', String.raw`env=(@)\d?`, /where the version ends/],
    ['not only what is optional', 'env=(@);?x', /where the version ends/],
    ['another label character', 'env=(@)-x', /where the version ends/],
    ['the value again', '(@)(@)', /where the version ends/],
    ['a repeated value', '((@))+', /where the version ends/],
    ['a repeated group', '(x?(@))*', /a version: let the placeholder/],
    ['at the end of a group', '(a=(@))x', /where the version ends/],
    ['letters before', '[a-z]*(@)', /where the version begins/],
    ['any character after anything', '.*.(@)', /where the version begins/],
    ['any character after anything in a group', '(.*.)(@)', /where the version begins/],
    ['a hyphen, which a value may have, after anything', '.*-(@)', /where the version begins/],
    ['in one of inner alternatives', String.raw`\w+((?:@|(@)))`, /a version: let the placeholder/],
    ['more letters before', 'x+.*(@)', /where the version begins/],
    ['any number of splitters', String.raw`\.*(@)`, /where the version begins/],
    ['a count', '(@){1}', /^refused: is no RE2 expression/],
    ['the splitter after anything', String.raw`(?:.*\.)?(@)`, /where the version begins/],
    ['the splitter in a class', '(?:.*[;=/.])?(@)(?:[;/].*)?', /where the version begins/],
    ['a class without the splitter', '(.*[^A-Za-z0-9_-])?(@)', /where the version begins/],
    ['the splitter between two', String.raw`(@)\.(@)`, /where the version begins/],
    ['letters after a repeated anchor', 'env=(@)^*[a-z]*', /where the version ends/],
    ['any case', '(?i).*env=(@).*', /\(\?i:env=\)\(@\)/],
    ['any case, with another flag', '(?si-m:env=(@))', /\(\?i:env=\)\(@\)/],
    ['any case in a later alternative', '(?:a(?i)b|(@))', /\(\?i:env=\)\(@\)/],
    ['any case in a group', '(?i:(.*;)?(@))', /\(\?i:env=\)\(@\)/],
    ['optional', 'env=(@)?', /without a version/],
    ['in one alternative', 'env=(@)|all', /without a version/],
    ['within brackets', '[(@)]', /within brackets/],
    ['after a backslash', String.raw`\(@)`, /valid|RE2|within brackets/],
    ['quoted', String.raw`\Qx(@)\E`, /within brackets or a quoted text/],
    ['not RE2', '(?=(@))', /RE2/],
    ['not ASCII', 'é(@)', /ASCII/],
    ['too long', `${'x'.repeat(1100)}(@)`, /1024 bytes/],
    ['too costly', '(@);(?:.{100}){20}', /too costly/],
    [
      'too many classes',
      `${Array.from({ length: 65 }, (_, at) => `[;-\\x${(64 + at).toString(16)}]`).join('')};(@)`,
      /65 different classes of characters/,
    ],
    ['too deep', `${'('.repeat(40)}(@)${')'.repeat(40)}`, /nest/],
  ])('is refused: %s', (_, pattern, problem) => {
    expect(regexOf(pattern)).toMatch(problem);
  });

  it.each([
    ['a slash', '/', '(.*/)?(@)', /where the version begins/],
    ['a letter', 'b', '.*b(@)', /where the version begins/],
    ['a letter, after the value in any case', 'b', '(@)(?i:b.*)?', /where the version ends/],
    ['a letter, after the value', 'b', '(@)(?:b.*)?', /^proj-ab/],
    ['a class without capitals', '/', '(.*[^a-z0-9._/-])?(@)', /where the version begins/],
    ['a slash before another character', '/', '(.*/;)?(@)', /proj-ab/],
  ])('knows the splitter: %s', (_, splitter, pattern, expected) => {
    expect(regexOf(pattern, 'proj-ab', splitter)).toMatch(expected);
  });

  it.each([
    ['.*(@).*', 'x=proj-ab;y', true],
    ['.*(@).*', 'proj-ab', true],
    ['.*(@).*', 'x=proj-ab.user1', true],
    ['.*(@).*', 'x=proj-abc', false],
    ['.*(@).*', 'my-proj-ab', false],
    ['env=(@)(;.*)?', 'env=proj-ab-c', false],
    ['env=(@)(;.*)?', 'env=proj-ab;x=proj', true],
  ])('takes %s of "%s": %s', (pattern, text, isTaken) => {
    expect(regexVerdict(regexOf(pattern), text, 1e6)).toBe(isTaken);
  });
});

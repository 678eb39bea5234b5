import { describe, expect, it } from '@jest/globals';
import { isAbout, isFullyShadowed } from '../../../../src/virtualservice/injections/notes-about.ts';
import { indexLabels, injectionState } from '../../../../src/virtualservice/injections/states.ts';
import type { InjectionState, PlanNote } from '../../../../src/virtualservice/routes/plan-codec.ts';
import { HOST, injection, planNote } from '../builders.ts';

const active = injection();
const pending = injection({ active: false });
const notes = (...states: InjectionState[]) => states.map((state) => planNote(state, 'why'));

describe('the state of an injection', () => {
  it.each<[InjectionState[], InjectionState, InjectionState]>([
    [[], 'injected', 'pending'],
    [['shadowed'], 'shadowed', 'shadowed'],
    [['unguarded'], 'unguarded', 'unguarded'],
    [['unguarded', 'shadowed'], 'unguarded', 'unguarded'],
    [['skipped', 'unguarded'], 'skipped', 'skipped'],
    [['skipped', 'invalid'], 'invalid', 'invalid'],
    [['too-large', 'invalid', 'skipped'], 'too-large', 'too-large'],
  ])('with the notes %j is %s, when not active %s', (states, ifActive, ifPending) => {
    expect(injectionState(active, notes(...states))).toBe(ifActive);
    expect(injectionState(pending, notes(...states))).toBe(ifPending);
  });

  it.each<[string, Partial<PlanNote>]>([
    ['env', { env: 'test-2' }],
    ['host', { host: `x.${HOST}` }],
    ['Deployment', { deployment: { namespace: 'shop', name: 'x' } }],
    ['namespace', { deployment: { namespace: 'x', name: 'backend' } }],
  ])('ignores notes about another %s', (_, rest) => {
    const note = planNote('invalid', 'why', rest);
    expect(isAbout(note, active)).toBe(false);
    expect(injectionState(active, [note])).toBe('injected');
  });

  it('is shadowed only if every match is', () => {
    const two = injection({ matches: [...active.spec.matches, ...active.spec.matches] });
    const one = notes('shadowed');
    const both = [planNote('shadowed', 'a'), planNote('unguarded', 'b'), planNote('shadowed', 'c')];
    expect(injectionState(two, one)).toBe('injected');
    expect(injectionState(two, [planNote('skipped', 'x'), ...one])).toBe('skipped');
    expect(isFullyShadowed(two, [...one, ...notes('unguarded')])).toBe(false);
    expect(isFullyShadowed(two, both)).toBe(true);
    expect(injectionState(two, both)).toBe('unguarded');
  });
});

describe('index labels', () => {
  it('are one for each env, with its worst state', () => {
    const deployment = { namespace: 'shop', name: 'two' };
    const injections = [
      injection({ deployment }),
      active,
      injection({ env: 'other', active: false }),
      injection({ env: 'other', deployment }),
      injection({ env: 'fine' }),
    ];
    expect(indexLabels(injections, [planNote('skipped', 'why', { deployment })])).toEqual({
      'env.riskified.com/test': 'skipped',
      'env.riskified.com/other': 'pending',
      'env.riskified.com/fine': 'injected',
    });
    expect(indexLabels([], notes('invalid'))).toEqual({});
  });

  it('have a name that is a valid label key', () => {
    const [key = ''] = Object.keys(indexLabels([injection({ env: 'a.b' })], []));
    expect(key).toMatch(/^env\.riskified\.com\/a-b-[0-9a-f]{10}$/);
  });
});

import { playAll } from './lib/play.ts';

/** Whether a namespace's objects are read one by one or through its index, nobody can tell by what envs do. */
const settings = { indexedNamespaces: 'shop,web,edge,others' };
await playAll('server-side-apply', settings, 'indexed');

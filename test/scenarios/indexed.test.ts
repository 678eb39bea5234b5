import { playAll } from './lib/play.ts';

/** Whether a namespace's objects are read one by one or through its index, nobody can tell by what envs do. */
await playAll('server-side-apply', { indexedNamespaces: 'shop,web,edge,others' });

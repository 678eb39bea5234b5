import { playAll } from './lib/play.ts';

await playAll('server-side-apply');

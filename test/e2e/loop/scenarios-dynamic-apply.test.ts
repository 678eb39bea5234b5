import { playAll } from './lib/play.ts';

await playAll('dynamic-apply');

import { measureAll } from './lib/figures.ts';

measureAll('server-side-apply');

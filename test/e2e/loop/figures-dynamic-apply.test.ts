import { measureAll } from './lib/figures.ts';

measureAll('dynamic-apply');

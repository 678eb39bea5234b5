import { killTests } from './lib/kills.ts';

killTests('dynamic-apply');

import { killTests } from './lib/kills.ts';

killTests('server-side-apply');

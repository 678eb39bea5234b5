import { tellAll } from './lib/all.ts';

tellAll('server-side-apply');

import { tellAll } from './lib/all.ts';

tellAll('dynamic-apply');

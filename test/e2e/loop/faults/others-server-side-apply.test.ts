import { otherTests } from './lib/others.ts';

otherTests('server-side-apply');

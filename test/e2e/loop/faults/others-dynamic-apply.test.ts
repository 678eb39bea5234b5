import { otherTests } from './lib/others.ts';

otherTests('dynamic-apply');

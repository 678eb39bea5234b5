import { twinSuite } from './lib/suite.ts';

twinSuite('dynamic-apply');

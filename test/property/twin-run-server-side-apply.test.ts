import { twinSuite } from './lib/suite.ts';

twinSuite('server-side-apply');

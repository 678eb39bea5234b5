import { afterAll, describe } from '@jest/globals';
import type { ApplyStrategy } from '../../../../../src/simulator/metacontroller/controller.ts';
import { createBench } from './bench.ts';
import { tellOfTheCheck } from './control.ts';
import { tellOfAnotherCluster, tellOfCopies } from './copies.ts';
import { tellOfHelm } from './helm.ts';
import { tellOfApply } from './kubectl-apply.ts';
import { tellOfEdits } from './kubectl-edit.ts';
import { teller } from './tell.ts';

/** All tests with tools that write VirtualServices, on one control plane, where Metacontroller has this strategy. */
export function tellAll(strategy: ApplyStrategy): void {
  describe(`tools that write VirtualServices, with Metacontroller's ${strategy}`, () => {
    const bench = createBench(strategy);
    afterAll(bench.stop);
    const tell = teller(bench);
    tellOfApply(tell);
    tellOfEdits(tell);
    tellOfHelm(tell);
    tellOfCopies(tell);
    tellOfAnotherCluster(bench);
    tellOfTheCheck(bench);
  });
}

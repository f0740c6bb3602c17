/**
 * One compilation in a process that has done nothing else: `tsx test/bench/cold.ts WORKLOAD ENGINE`. Prints the
 * milliseconds of each stage as JSON; `process` is what the process itself takes until its modules are there.
 */
import type { Engine } from "./session.ts";
import { timeStages } from "./stages.ts";
import { workloadOf } from "./workloads.ts";

const process_ = performance.now();
const [name, engine] = process.argv.slice(2) as [string, Engine];
const stages = await timeStages(workloadOf(name), engine);
console.log(JSON.stringify({ process: process_, ...stages }));

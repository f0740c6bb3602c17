/**
 * One compilation in a process that has done nothing else: `tsx test/bench/cold.ts CASE`. Prints the milliseconds of
 * each stage as JSON. `start` is what the process itself takes until its modules are there.
 */
import { caseOf, modelFiles } from "./cases.ts";
import { timeStages } from "./stages.ts";

const start = performance.now();
const { model, options } = caseOf(process.argv[2] ?? "toy");
const { source, data } = modelFiles(model);
const stages = await timeStages(source, data, options, "wasm");
console.log(JSON.stringify({ start, ...stages }));

/**
 * `npm run fuzz [-- --count 10000] [-- --seed 1] [-- --kind models|text] [-- --from 0]`: random typed models through
 * the whole compiler and both evaluators, and mutated texts through the front end. Prints each failure with the numbers
 * that repeat it (`--from N --count 1`); exit status 1 when there is one.
 */
import { parseArgs } from "node:util";
import { kinds, trial } from "./trial.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
    kind: { type: "string" },
  },
});
const [count, seed, from] = [Number(values.count), Number(values.seed), Number(values.from)];
const chosen = kinds.filter((kind) => values.kind === undefined || values.kind === kind);
if (chosen.length === 0) {
  console.error(`there is no kind \`${values.kind}\`: one of ${kinds.join(", ")}`);
  process.exit(1);
}

let failures = 0;
for (const kind of chosen) {
  const began = performance.now();
  let bad = 0;
  for (let number = from; number < from + count; number++) {
    const { text, data, failure } = await trial(kind, seed, number);
    if (failure === null) continue;
    bad++;
    console.log(`${kind} ${number}: ${failure}\n${indented(text)}\n  data ${JSON.stringify(data)}\n`);
  }
  const seconds = (performance.now() - began) / 1000;
  console.log(`${kind}: ${count} tried, ${bad} failed, ${seconds.toFixed(0)} s`);
  failures += bad;
}
process.exit(failures > 0 ? 1 : 0);

function indented(text: string): string {
  return text.replace(/^/gm, "    | ");
}

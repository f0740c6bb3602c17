/** Runs in the browser: the whole product, and its engine against the reference evaluator. */
import { infer } from "../../src/index.ts";

const model = `model shift
data y: real[N]
sample mu ~ normal(0, 1)
sample sigma ~ half_normal(1)
plate n in N { observe y[n] ~ normal(mu, sigma) }`;
const data = { y: [0.3, 0.5, 0.9, 1.4] };

async function fitted(engine: "fused" | "reference") {
  const options = { data, seed: 1, guide: "full_rank", steps: 300, engine, evidenceDraws: 500 };
  const answer = await infer(model, options as Parameters<typeof infer>[1]);
  const { engine: name, precision } = answer.report();
  return { name, precision, trace: [...answer.trace], summary: answer.summary() };
}

async function result(): Promise<unknown> {
  try {
    return { fused: await fitted("fused"), reference: await fitted("reference") };
  } catch (error) {
    return { failed: String((error as Error).stack) };
  }
}

await fetch("/result", { method: "POST", body: JSON.stringify(await result()) });

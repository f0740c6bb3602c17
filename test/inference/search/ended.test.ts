import { describe, expect, test } from "vitest";
import { exactExecutor } from "../../../src/execute/select.ts";
import type { FitProgress } from "../../../src/inference/progress.ts";
import { search, type Search, type SearchHooks } from "../../../src/inference/search/search.ts";
import type { SearchState } from "../../../src/inference/search/state.ts";
import { compileSource } from "../../../src/pipeline.ts";

/** A funnel: its search goes through every part, a third adaptation included. */
const text = `data y: real[J]
sample mu ~ normal(0, 5)
sample tau ~ half_cauchy(5)
sample theta: real[J] ~ normal(mu, tau)
observe y ~ normal(theta, 10)
`;
const compiled = compileSource({ path: "funnel.ppl", text }, { y: [28, 8, -3, 7, -1, 1, 18, 12] });
if (!compiled.ok) throw new Error("a model that is right");
const programs = compiled.value;
const run = (hooks: SearchHooks): Promise<Search | null> => search(programs, exactExecutor({ threads: 1 }), 1, hooks);

/** Aborted as soon as it is told of progress that `isThere`. */
async function endedAt(isThere: (progress: FitProgress) => boolean): Promise<Search | null> {
  const stop = new AbortController();
  const onProgress = (progress: FitProgress): void => void (isThere(progress) && stop.abort());
  return run({ signal: stop.signal, onProgress });
}

describe("a search that is ended early", () => {
  test("before it has met a point has found nothing", async () =>
    expect(await run({ signal: AbortSignal.abort() })).toBe(null));

  test("among its modes has the highest point that it met, and says so", async () => {
    const found = await endedAt(({ phase }) => phase === "search");
    expect(found?.record).toMatchObject({ ended: "modes", restarts: [] });
    expect(found?.fit).toBe(null);
    expect(found?.mixture).toHaveLength(1);
    expect(found?.mixture[0]?.centre.every(Number.isFinite)).toBe(true);
  });

  test("in an adaptation has the best mixture so far, and what that is worth", async () => {
    const found = await endedAt((progress) => progress.phase === "adapt" && progress.evaluations > 20_000);
    expect(found?.record.ended).toBe("adaptation");
    expect(found?.record.restarts.length).toBeGreaterThan(0);
    expect(found?.fit?.relativeEss).toBeGreaterThan(0);
    expect(found?.mixture.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
  });
});

test("a search that goes on from any of its states comes to the same as one that never stopped", async () => {
  const states: SearchState[] = [];
  const whole = await run({ onState: async (state) => void states.push(state) });
  expect(whole?.record.ended).toBe(undefined);
  expect(states.at(-1)?.finished).toBe(true);
  // two mode searches, the start of adaptations, two of these, and what comes of both
  expect(states.length).toBeGreaterThanOrEqual(6);
  for (const from of [...states.slice(1, 5), ...states.slice(-1)]) expect(await run({ from })).toEqual(whole);
}, 120_000);

test("progress goes from modes to adaptations, and evaluations only rise", async () => {
  const seen: FitProgress[] = [];
  await run({ onProgress: (progress) => void seen.push(progress) });
  const phases = seen.map(({ phase }) => phase);
  expect(new Set(phases)).toEqual(new Set(["search", "adapt"]));
  expect(phases.lastIndexOf("search")).toBeLessThan(phases.indexOf("adapt"));
  const evaluations = seen.flatMap((one) => ("evaluations" in one ? [one.evaluations] : []));
  expect(evaluations).toEqual(evaluations.toSorted((a, b) => a - b));
});

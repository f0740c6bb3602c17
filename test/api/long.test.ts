import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { infer, StratumError, type FitProgress } from "../../src/index.ts";

const model = (name: string): string => readFileSync(`models/${name}`, "utf8");
const funnel = model("eight_schools_centred/model.ppl");
const schools = JSON.parse(model("eight_schools_centred/data.json")) as Record<string, unknown>;
const asked = { data: schools, seed: 1, evidenceDraws: 1000 };

// some seconds each on a quiet machine
describe("a fit with the default guide", { timeout: 180_000 }, () => {
  test("tells what it is doing, phase by phase, while timers of the host go on firing", async () => {
    const seen: FitProgress[] = [];
    let fired = 0;
    const timer = setInterval(() => fired++, 1);
    const onProgress = (progress: FitProgress): void => void seen.push(progress);
    const answer = await infer(funnel, { ...asked, steps: 200, onProgress });
    clearInterval(timer);
    const phases = seen.map(({ phase }) => phase).filter((phase, i, all) => phase !== all[i - 1]);
    expect(phases).toEqual(["search", "adapt", "train", "evaluate"]);
    // a second and more of work, in pieces of some 15 ms
    expect(fired).toBeGreaterThan(20);
    expect(answer.report().stopped).not.toBe("interrupted");
  });

  test("has the same numbers whoever listens, and however often the host has its turn", async () => {
    const quiet = await infer(funnel, asked);
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const watched = await infer(funnel, {
      ...asked,
      onProgress: () => undefined,
      signal: new AbortController().signal,
    });
    clearInterval(timer);
    expect(watched.parameters).toEqual(quiet.parameters);
    expect(watched.posterior.draws).toEqual(quiet.posterior.draws);
    expect(watched.verdict).toEqual(quiet.verdict);
  });

  test.each(["search", "adapt", "evaluate"] as const)("is ended by its signal in phase %s", async (phase) => {
    const stop = new AbortController();
    const onProgress = (progress: FitProgress): void => void (progress.phase === phase && stop.abort());
    const answer = await infer(funnel, { ...asked, evidenceDraws: 20_000, signal: stop.signal, onProgress });
    const where = { search: "modes", adapt: "adaptation", evaluate: "evaluation" }[phase];
    expect(answer.verdict.findings[0]).toMatchObject({
      code: "ended-early",
      facts: { by: "interrupted", phase: where },
    });
    expect(answer.report().stopped).toBe("interrupted");
    expect(answer.sample(3)["mu"]?.values.every(Number.isFinite)).toBe(true);
    expect(answer.verdict.trusted).toBe(false);
  });

  test("is refused where it was ended before anything was learned", async () => {
    const fit = infer(funnel, { ...asked, signal: AbortSignal.abort() });
    await expect(fit).rejects.toThrow(StratumError);
    await expect(fit).rejects.toMatchObject({ diagnostics: [{ code: "PPL712" }] });
  });

  test("answers by its time limit", async () => {
    const text = "data y: real[N]\nsample mu ~ normal(0, 1)\nobserve y ~ normal(mu, 1)";
    const slow = { data: { y: [1, 2, 3] }, seed: 1, guide: "full_rank", steps: 1e8 } as const;
    const answer = await infer(text, { ...slow, timeLimit: 1 });
    expect(answer.report().stopped).toBe("time limit");
    expect(answer.verdict.sentence).toMatch(/^The time limit ended it in training/);
    expect(answer.verdict.trusted).toBe(false);
  });
});

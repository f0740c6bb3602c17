import { beforeEach, describe, expect, test, vi } from "vitest";
import { infer } from "../../src/api/infer.ts";
import { openerOf } from "../../src/app/opener.ts";
import type { Executor } from "../../src/execute/executor.ts";
import type * as fusedModule from "../../src/execute/fused/executor.ts";
import { fusedExecutor } from "../../src/execute/fused/executor.ts";
import { exactExecutor, openExecutor } from "../../src/execute/select.ts";
import { Builder } from "../../src/program/builder.ts";
import type { Program } from "../../src/program/program.ts";

vi.mock("../../src/execute/fused/executor.ts", async (original) => {
  const real = await original<typeof fusedModule>();
  return { ...real, fusedExecutor: vi.fn(real.fusedExecutor) };
});
const fused = vi.mocked(fusedExecutor);
/** Precision and threads of each fused engine that was started. */
const opened = () => fused.mock.calls.map(([precision, threading]) => [precision, threading?.threads]);
beforeEach(() => void fused.mockClear());

/** A layer that learns its weights: half a millisecond of products, for which 32 bits do. */
function layer(): Program {
  const b = new Builder();
  const x = b.input("x", [300, 300], "data");
  const w = b.input("w", [300, 300], "state");
  b.output("y", b.sum(b.matmul(b.matmul(x, w), w)));
  return b.finish();
}

const runsOn = { engine: "auto", backend: null, threads: 2 } as const;

describe("a need", () => {
  test("of 64 bits is met on as many threads as one of any", async () => {
    const program = layer();
    for (const precision of ["as needed", "float64"] as const) await openerOf(runsOn)(program, precision);
    expect(opened()).toEqual([
      ["float32", 2],
      ["float64", 2],
    ]);
  });

  test("is that of one thread and of any precision where nothing is said", async () => {
    await openExecutor({ program: layer() });
    await openExecutor({});
    expect(opened()).toEqual([
      ["float32", 1],
      ["float64", 1],
    ]);
  });

  test("of 64 bits leaves the user's choice of an engine alone", async () => {
    const names: string[] = [];
    for (const choice of [{ engine: "reference" }, { backend: "cpu" }, { engine: "fused" }] as const) {
      const found = await openExecutor({ ...choice, precision: "float64" });
      names.push(found.ok ? found.value.name : "none");
    }
    expect(names).toEqual(["reference", "tfjs-cpu", "fused"]);
  });

  test("of 64 bits on any machine has them, on the threads that were asked for", () => {
    const found: Executor = exactExecutor({ threads: 2 });
    expect([found.precision, opened()]).toEqual(["float64", [["float64", 2]]]);
  });
});

describe("guide = auto", () => {
  const model = "data y: real[N]\nsample mu ~ normal(0, 2)\nobserve y ~ normal(mu, 1)";
  const answer = (threads: number) =>
    infer(model, { data: { y: [0.5, 1, 1.5, 0.2] }, guide: "auto", steps: 20, seed: 3, threads });

  test("searches and trains on the threads that were asked for, to the same numbers", async () => {
    const one = await answer(1);
    expect(new Set(opened().map(String))).toEqual(new Set(["float64,1"]));
    fused.mockClear();
    const two = await answer(2);
    expect(opened().map(String)).toContain("float64,2");
    expect(two.parameters).toEqual(one.parameters);
  });
});

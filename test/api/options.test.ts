import { describe, expect, test } from "vitest";
import { givenFromJson, readConfig, type Config, type Given } from "../../src/api/options.ts";

const read = (...sources: readonly Given[]) =>
  readConfig(sources.map((given, at) => ({ given, where: `source ${at}` })));

function config(...sources: readonly Given[]): Config {
  const outcome = read(...sources);
  if (!outcome.ok) throw new Error(outcome.errors.map(({ message }) => message).join("; "));
  return outcome.value;
}

function errors(...sources: readonly Given[]) {
  const outcome = read(...sources);
  return outcome.ok ? [] : outcome.errors.map(({ code, message, hint }) => ({ code, message, hint }));
}

describe("options", () => {
  test("are the documented defaults when nothing is given", () => {
    expect(config({})).toMatchObject({
      guide: "auto",
      K: 4,
      objective: "siwae",
      gradient: "pathwise",
      T: 10,
      lr: 0.01,
      engine: "auto",
      backend: null,
      amortize: null,
      seed: null,
    });
  });

  test("are read as the kind of thing they are", () => {
    expect(
      config({ K: "2", lr: "3e-4", hidden: "100, 50", batch: "n=32,m=8", set: "sigma=-0.1", amortize: false }),
    ).toMatchObject({
      K: 2,
      lr: 3e-4,
      hidden: [100, 50],
      batch: { n: 32, m: 8 },
      set: { sigma: -0.1 },
      amortize: false,
    });
    expect(config({ hidden: "" }).hidden).toEqual([]);
  });

  test("of the command line win over those of the model folder; names are joined", () => {
    const both = config({ K: "2", T: "5", batch: "n=32" }, { K: "8", batch: "m=4" });
    expect(both).toMatchObject({ K: 8, T: 5, batch: { n: 32, m: 4 } });
  });

  test("in steps silence the recommended epochs, and the other way round", () => {
    expect(config({ epochs: "400" }, { steps: "10" })).toMatchObject({ epochs: null, steps: 10 });
    expect(config({ steps: "10" }, { epochs: "4" })).toMatchObject({ epochs: 4, steps: null });
  });

  test("in JSON may be numbers, lists and objects", () => {
    const given = givenFromJson({ K: 4, hidden: [100, 100], batch: { n: 32 }, amortize: true });
    expect(config(given)).toMatchObject({
      K: 4,
      hidden: [100, 100],
      batch: { n: 32 },
      amortize: true,
    });
  });

  test("say what they take and what they got, all mistakes at once", () => {
    expect(errors({ objective: "swiae", K: "0", lr: "fast" })).toEqual([
      {
        code: "PPL771",
        message: "`--objective` takes `elbo`, `selbo`, `iwae` or `siwae`, and is given `swiae`",
        hint: "did you mean `siwae`?",
      },
      {
        code: "PPL771",
        message: "`--K` takes a whole number of at least 1, and is given `0`",
        hint: undefined,
      },
      {
        code: "PPL771",
        message: "`--lr` takes a number above 0, and is given `fast`",
        hint: undefined,
      },
    ]);
  });

  test("refuse numbers that only look like numbers", () => {
    for (const K of ["", "0x10", "1e400", "2.5", "3 4", "Infinity"]) expect(errors({ K })).toHaveLength(1);
  });

  test("that do not exist get a suggestion", () => {
    expect(errors({ epoch: "3" })).toEqual([
      { code: "PPL772", message: "`epoch` is not an option of `infer`", hint: "did you mean `epochs`?" },
    ]);
  });

  test("that answer the same question are refused together", () => {
    expect(errors({ epochs: "3", steps: "5" })).toEqual([
      {
        code: "PPL773",
        message: "`--epochs` and `--steps` do not go together: each says how long to train",
        hint: "leave one of them out",
      },
    ]);
  });
});

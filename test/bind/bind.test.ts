import { describe, expect, test } from "vitest";
import { bind } from "../../src/bind/bind.ts";
import { evaluateData } from "../../src/bind/evaluate.ts";
import { hostTensor } from "../../src/tensor/shape.ts";
import { tours } from "../model/tours.ts";
import { boundOf, errorsOf, modelOf } from "../model/views.ts";

describe("binding", () => {
  test("reads sizes off the data and constants off the model", () => {
    const numbers = boundOf(tours.abs_normal, {
      x: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    });
    expect([...numbers.sizes]).toEqual([["N", 3]]);
    expect(numbers.data.get("x")).toEqual(hostTensor([3, 2], [1, 2, 3, 4, 5, 6]));
    expect(numbers.consts.get("sigma")).toEqual(hostTensor([], [0.05]));
    expect(numbers.size("N + 1")).toBe(4);
  });

  test("takes tensors and typed arrays as well as lists", () => {
    const text = "data x: real[N, 2]\ndata y: real[N]\nobserve y ~ normal(0, 1)";
    const x = hostTensor([2, 2], [1, 2, 3, 4]);
    const numbers = boundOf(text, { x, y: Float32Array.of(0.5, 1) });
    expect(numbers.data.get("x")).toEqual(x);
    expect(numbers.data.get("y")).toEqual(hostTensor([2], [0.5, 1]));
  });

  test("takes a tensor out of a file, whose values are a list with gaps", () => {
    const text = "data y: real[N, 2]?\nobserve y ~ normal(0, 1)";
    const shape = [2, 2];
    const numbers = boundOf(text, { y: { shape, values: [1, 2, null, 4] } });
    expect([...numbers.data].map(([name, { values }]) => [name, ...values])).toContainEqual(["y.there", 1, 1, 0, 1]);
    const wrong = bind(modelOf(text), { y: { shape, values: [1, 2, "three", 4] } });
    expect(errorsOf(wrong).map(({ message }) => message)).toEqual(['`y[1, 0]` is the text "three", not a number']);
  });

  test("solves for a size that is named in a sum", () => {
    const text = "data y: real[T + 1]\ndata x: real[T]\nlet steps = y[1..] - y[..T]";
    expect([...boundOf(text, { y: [1, 2, 4], x: [0, 0] }).sizes]).toEqual([["T", 2]]);
  });

  test("compares sizes that are given with those of the data", () => {
    const model = modelOf(tours.eight_schools);
    const raw = { y: [1, 2], se: [1, 1] };
    expect(bind(model, raw, { sizes: { J: 2 } }).ok).toBe(true);
    const wrong = bind(model, raw, { sizes: { J: 3, K: 1 } });
    expect(errorsOf(wrong).map(({ message }) => message)).toEqual([
      "no size is called `K`",
      "`J` is 3 by the option and 2 by `y`",
      "`J` is 3 by the option and 2 by `se`",
    ]);
  });

  test("takes a constant that is set from outside", () => {
    const model = modelOf("const s = 2\nconst t = s * [1, 10]", { set: { s: 3 } });
    const numbers = bind(model, {});
    expect(numbers.ok && numbers.value.consts.get("t")).toEqual(hostTensor([2], [3, 30]));
  });

  test("does not recurse over rows: half a million of them bind", () => {
    const y = Array.from({ length: 500_000 }, (_, i) => i % 7);
    const numbers = boundOf("data y: int<0..7>[N]\nobserve y ~ poisson(2)", { y });
    expect(numbers.sizes.get("N")).toBe(500_000);
  });

  test("tells every datum that does not fit, each once", () => {
    const outcome = bind(modelOf(tours.radon), {
      y: [1, 2, NaN],
      floor_of: [0, 1, 2],
      county: [0, 2, 1],
      uranium: [0.5, 0.5],
    });
    expect(errorsOf(outcome).map(({ message }) => message)).toEqual([
      "`y[2]` is missing",
      "`floor_of[2]` is 2, above the upper bound 1",
      "`county[1]` is 2, above the upper bound 1",
    ]);
  });

  test("calls a number that is not finite by its own code", () => {
    const model = modelOf("data y: real[N]\nobserve y ~ normal(0, 1)");
    const codes = errorsOf(bind(model, { y: [1, Infinity] })).map(({ code }) => code);
    expect(codes).toEqual(["PPL609"]);
  });

  test("refuses data that cannot be looked at: lists without end, getters that throw, shapes that lie", () => {
    const model = modelOf("data y: real[N]\nobserve y ~ normal(0, 1)");
    const endless: unknown[] = [];
    endless.push(endless);
    const throwing = {
      values: [1],
      get shape(): never {
        throw new Error("no");
      },
    };
    const lying = { shape: [1e9], values: Float64Array.of(1) };
    const codes = [endless, throwing, lying].map((y) => errorsOf(bind(model, { y })).map(({ code }) => code));
    expect(codes).toEqual([["PPL619"], ["PPL619"], ["PPL619"]]);
  });
});

describe("a value known from the data", () => {
  const data = "data y: real[S, T]\ndata g: int[T]\ndata c: real[J]\n";
  const raw = {
    y: [
      [1, 2, 3],
      [4, 5, 6],
    ],
    g: [1, 0, 1],
    c: [10, 20],
  };
  const known = (text: string, name: string) => {
    const model = modelOf(data + text);
    const outcome = bind(model, raw);
    if (!outcome.ok) throw new Error(outcome.errors[0].message);
    const found = model.nodes.find((n) => n.kind === "let" && n.name === name);
    if (found?.kind !== "let") throw new Error(`no let ${name}`);
    return evaluateData(model, outcome.value, found.value);
  };

  test("varies over its plates, outermost first", () => {
    const text = "plate s in S { plate t in T { let v = y[s, t] + c[g[t]] } }";
    expect(known(text, "v")).toEqual(hostTensor([2, 3], [21, 12, 23, 24, 15, 26]));
  });

  test("is gathered along the axis that is indexed, behind others too", () => {
    expect(known("let v = y[:, g]", "v")).toEqual(hostTensor([2, 3], [2, 1, 2, 5, 4, 5]));
    const text = "plate s in S { let v = y[s, g] }";
    expect(known(text, "v")).toEqual(hostTensor([2, 3], [2, 1, 2, 5, 4, 5]));
    const inner = "plate t in T { let v = y[:, t] * g[t] }";
    expect(known(inner, "v")).toEqual(hostTensor([3, 2], [1, 4, 0, 0, 3, 6]));
  });

  test("is sliced, stacked and reduced as the library says", () => {
    expect(known("let v = y[1, 1..]", "v")).toEqual(hostTensor([2], [5, 6]));
    expect(known("let v = [sum(y), mean(c), T]", "v")).toEqual(hostTensor([3], [21, 15, 3]));
    const text = "plate s in S { let v = max(y[s]) - s }";
    expect(known(text, "v")).toEqual(hostTensor([2], [3, 5]));
  });

  test("reads lets of a plate from inside and from outside", () => {
    const text =
      "plate s in S { let a = sum(y[s])\n let v = a + 1 }\nlet w = a * 2\nplate s in S { let u = a[s] + w[1 - s] }";
    expect(known(text, "v")).toEqual(hostTensor([2], [7, 16]));
    expect(known(text, "w")).toEqual(hostTensor([2], [12, 30]));
    expect(known(text, "u")).toEqual(hostTensor([2], [36, 27]));
  });
});

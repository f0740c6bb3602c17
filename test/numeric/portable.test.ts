import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { portable } from "../../src/numeric/portable.ts";

const seed = 1;
const of = (name: keyof typeof portable) => portable[name] as (...args: readonly number[]) => number;

/** Numbers of all sizes, special ones among them. */
const anything = fc.oneof(fc.double({ min: -30, max: 30 }), fc.double());

describe("functions whose digits do not depend on the host", () => {
  test.each(Object.keys(portable) as (keyof typeof portable)[])(
    "%s is that of the host, but for the last digit",
    (name) => {
      const [mine, theirs] = [of(name), Math[name] as (...args: readonly number[]) => number];
      const args = name === "pow" ? fc.tuple(fc.double({ min: 0 }), anything) : fc.tuple(anything);
      fc.assert(
        fc.property(args, (given) => {
          const [x, y] = [mine(...given), theirs(...given)];
          // two roundings of one number lie 2^-51 apart at most; what is subnormal has fewer digits
          if (Number.isFinite(y)) expect(Math.abs(x - y)).toBeLessThanOrEqual(Math.abs(y) * 2 ** -51 + 2 ** -1073);
          else expect(x).toBe(y);
        }),
        { seed, numRuns: 2000 },
      );
    },
  );

  test.each([
    ["exp", [1], 2.718281828459045],
    ["exp", [-745.2], 0],
    ["exp", [0.3], 1.3498588075760032],
    ["log", [10], 2.302585092994046],
    ["log1p", [1e-10], 9.999999999500001e-11],
    ["expm1", [1e-10], 1.00000000005e-10],
    ["sin", [621.0385330021381], -0.8397444497832292],
    ["cos", [0.6625060806982219], 0.7884532320489259],
    ["sin", [1e22], -0.8522008497671888],
    ["tanh", [-0.4222001382149756], -0.3987823099180811],
    ["atan", [Infinity], Math.PI / 2],
    ["pow", [0.9, 3], 0.7290000000000001],
    ["pow", [-Infinity, 0.5], Infinity],
    ["hypot", [3, 4, 12], 13],
  ] as const)("%s(%j) is %d", (name, args, value) => expect(of(name)(...args)).toBe(value));
});

import { expect, test } from "vitest";
import { framed } from "../../src/components/framed.ts";
import { studentT } from "../../src/components/student_t.ts";
import { Builder } from "../../src/program/builder.ts";
import { evaluate } from "../../src/program/evaluate.ts";

/** The inverse of softplus, whose floor does not show at these digits. */
const raw = (x: number): number => Math.log(Math.expm1(x));

test("a family that is not closed under affine maps is framed by the change of variables", () => {
  const b = new Builder();
  const own = studentT.unpack(b, b.array([1, 5], [0.3, -0.2, raw(1), raw(2), raw(3)]), 2, { rank: 0 });
  const component = framed(b, own, [{ weight: 1, centre: [10, -5], factor: [2, 0, 1, 1.5] }]);
  const noise = b.array([1, 4], [0.3, 0.8, 0.1, 0.6]);
  const u = component.push(noise);
  b.output("by point", component.logDensity(u));
  b.output("by noise", component.logDensityAtNoise(noise));
  b.output("inside", own.logDensityAtNoise(noise));
  b.output("location", component.location);
  const found = evaluate(b.finish(), new Map());
  const of = (name: string): number[] => [...(found.get(name)?.values ?? [])];
  const [byNoise = NaN] = of("by noise");
  expect(of("by point")[0]).toBeCloseTo(byNoise, 12);
  // the determinant of the factor is 2 * 1.5
  expect(byNoise).toBeCloseTo((of("inside")[0] ?? NaN) - Math.log(3), 12);
  // 10 + 2 * 0.3, and -5 + 0.3 - 1.5 * 0.2
  expect(of("location")).toEqual([expect.closeTo(10.6, 12), expect.closeTo(-5, 12)]);
});

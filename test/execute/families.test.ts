import { beforeAll, describe, expect, test } from "vitest";
import { families } from "../../src/distributions/index.ts";
import type { Executor } from "../../src/execute/executor.ts";
import { fusedExecutor } from "../../src/execute/fused/executor.ts";
import { openExecutor } from "../../src/execute/select.ts";
import { logMass } from "../../src/distributions/mass.ts";
import { maskedLogDensity } from "../../src/distributions/support.ts";
import { Builder } from "../../src/program/builder.ts";
import { differentiate } from "../../src/program/differentiate.ts";
import { evaluate } from "../../src/program/evaluate.ts";
import type { Program, Value } from "../../src/program/program.ts";
import { hostTensor, type HostTensor } from "../../src/tensor/shape.ts";
import { tensorsOf, widthOf } from "../distributions/density.ts";
import { densities, densityRows, densityTolerance, type DensityRow } from "../oracles/densities.ts";
import { describeShared } from "../shared.ts";
import { float32Tolerance, started } from "./helpers.ts";

/** Rows that one program can hold: the same family, the same arguments in the same shapes. */
function groupsOf(rows: readonly DensityRow[]): [name: string, rows: readonly DensityRow[]][] {
  const groups = new Map<string, DensityRow[]>();
  for (const row of rows) {
    const shapes = Object.entries(tensorsOf(row.parameters)).map(([name, { shape }]) => `${name}[${shape.join()}]`);
    const key = `${row.family}(${shapes.join(", ")})`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups];
}

const stacked = (tensors: readonly HostTensor[]): HostTensor =>
  hostTensor(
    [tensors.length, ...tensors[0]!.shape],
    tensors.flatMap(({ values }) => [...values]),
  );

const names = ({ parameters }: DensityRow): string[] => Object.keys(parameters);
const ends = ["low", "high"];
/** Arguments that are whole numbers, in which there is no derivative. */
const sizes = ["n", "steps"];

/** The family a row is of, and whether it is truncated by its arguments `low` and `high`. */
const familyOf = ({ family }: DensityRow) => ({
  family: families[family.replace(" truncated", "")]!,
  truncated: family.endsWith(" truncated"),
});

/** `y` [rows], the log density of each row, and the derivative of their sum in every real argument. */
function programOf(group: readonly DensityRow[]): { program: Program; inputs: Map<string, HostTensor> } {
  const [first] = group;
  const { family, truncated } = familyOf(first!);
  const inputs = new Map<string, HostTensor>();
  const points = group.map(({ x }) => hostTensor(widthOf(family, x), [x].flat() as number[]));
  inputs.set("x", stacked(points));
  for (const name of names(first!))
    inputs.set(name, stacked(group.map(({ parameters }) => tensorsOf(parameters)[name]!)));
  const b = new Builder();
  const values = new Map([...inputs].map(([name, { shape }]) => [name, b.input(name, shape, "state")]));
  const args = Object.fromEntries(
    names(first!)
      .filter((name) => !(truncated && ends.includes(name)))
      .map((name) => [name, values.get(name)!]),
  );
  const x = values.get("x")!;
  let density = maskedLogDensity(b, family, x, args);
  if (truncated) {
    const end = (name: string) => {
      const value: Value | undefined = values.get(name);
      return value === undefined ? null : { value, fixed: null };
    };
    density = b.sub(density, logMass(b, family, args, end("low"), end("high")));
  }
  b.output("y", density);
  const real = names(first!).filter((name) => !sizes.includes(name));
  // Where a density is 0 the sum has no derivative: those rows count nothing in it.
  const possible = b.less(b.constant(-Infinity), density);
  b.output("sum", b.sum(b.where(possible, density, b.constant(0))));
  return { program: differentiate(b.finish(), "sum", real), inputs };
}

/** As in the differential tests: special functions are compositions whose measured errors reach 15 roundings. */
const slack = 32;

function agreeWith(rows: readonly DensityRow[]): void {
  const groups = groupsOf(rows);

  test.each(groups)("within 1e-9 in float64: %s", (_, group) => {
    const { program, inputs } = programOf(group);
    const { values } = evaluate(program, inputs).get("y")!;
    group.forEach(({ logDensity, ...row }, i) => {
      if (Number(logDensity) === -Infinity) return expect(values[i], JSON.stringify(row)).toBe(-Infinity);
      expect(Math.abs(values[i]! - logDensity), JSON.stringify(row)).toBeLessThan(densityTolerance(logDensity));
    });
  });

  const executors: Executor[] = [];
  beforeAll(async () => {
    executors.push(fusedExecutor("float32"), started(await openExecutor({ engine: "tfjs", backend: "wasm" })));
  });

  test.each(groups)("and their gradients within float32's own band: %s", async (_, group) => {
    const { program, inputs } = programOf(group);
    // Both sides are asked about the numbers that 32 bits can hold.
    const rounded = new Map([...inputs].map(([name, { values }]) => [name, values.map(Math.fround)]));
    const exact = evaluate(
      program,
      new Map([...rounded].map(([name, values]) => [name, hostTensor(inputs.get(name)!.shape, values)])),
    );
    const expected = new Map([...exact].map(([name, { values }]) => [name, values]));
    const tolerance = float32Tolerance(program, rounded, expected, slack);
    for (const executor of executors) {
      const session = await executor.open(program, { seed: 1 });
      for (const [name, values] of rounded) session.write(name, values);
      await session.run(0, 1);
      for (const [name, values] of expected) {
        const found = await session.read(name);
        values.forEach((value, i) => {
          if (Object.is(value, found[i]) || value === found[i]) return;
          const off = Math.abs(value - found[i]!);
          expect(off, `${executor.name} ${name}[${i}]: ${found[i]}, not ${value}`).toBeLessThanOrEqual(
            tolerance.get(name)![i]!,
          );
        });
      }
      session.dispose();
    }
  });
}

describe("densities at 50 digits", () => agreeWith(densities.families));

describeShared("densities of another library", "densities.json", (path) => {
  const rows = densityRows(path);
  test("are 744, all of them of families and combinators of the language", () => {
    expect(rows).toHaveLength(744);
    for (const row of rows) expect(familyOf(row).family, row.family).toBeDefined();
  });
  agreeWith(rows);
});

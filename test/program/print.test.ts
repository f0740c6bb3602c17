import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Builder } from "../../src/program/builder.ts";
import { printProgram } from "../../src/program/print.ts";
import { readProgram } from "../../src/program/read.ts";
import { programs } from "./arbitrary.ts";

test("a printed program reads back as itself", () => {
  fc.assert(
    fc.property(programs(), ({ program }) => {
      expect(readProgram(printProgram(program))).toEqual({
        ok: true,
        value: program,
        warnings: [],
      });
    }),
    { seed: 7, numRuns: 200 },
  );
});

test("a program prints one equation per line", () => {
  const b = new Builder();
  const x = b.input("x", [2, 3], "state");
  const z = b.input("z", [2, 3], "noise", "normal");
  const y = b.from({ start: 12, end: 20 }, "prior of `x`", () => b.sum(b.mul(x, z), [0]));
  b.output("y", b.matmul(b.reshape(y, [1, 3]), x, false, true));
  b.output("x'", x, "x");
  b.output("odd", b.array([4], [-0, NaN, -Infinity, 1e-7]));
  const text = printProgram(b.finish());
  expect(text.split("\n")).toEqual([
    '%0: [2, 3] = input(name = "x", role = "state")',
    '%1: [2, 3] = input(name = "z", role = "noise", noise = "normal")',
    "%2: [2, 3] = mul(%0, %1)  ; 12..20 prior of `x`",
    "%3: [3] = sum(%2, axes = [0])  ; 12..20 prior of `x`",
    "%4: [1, 3] = reshape(%3)",
    "%5: [1, 2] = matmul(%4, %0, transposeA = false, transposeB = true)",
    "%6: [4] = constant(values = [-0, NaN, -Infinity, 1e-7])",
    'output "y" = %5',
    'output "x\'" = %0 -> "x"',
    'output "odd" = %6',
    "",
  ]);
  expect(readProgram(text)).toEqual({ ok: true, value: b.finish(), warnings: [] });
});

test("names and terms may hold quotes and line ends", () => {
  const b = new Builder();
  const x = b.input('a "b"\n', [], "state");
  b.output(
    "y\\",
    b.from({ start: 0, end: 1 }, 'so "it"\nis', () => b.exp(x)),
  );
  expect(readProgram(printProgram(b.finish()))).toEqual({ ok: true, value: b.finish(), warnings: [] });
});

describe("what is not a program is said to be none, at its place", () => {
  const first = '%0: [2] = input(name = "x", role = "state")\n';
  test.each<[string, string, string]>([
    ["a value before its definition", "%1: [2] = exp(%1)", "already defined"],
    ["an unknown operation", "%1: [2] = explode(%0)", "name of an operation"],
    ["a wrong shape", "%1: [3] = exp(%0)", "the shape is [2], not [3]"],
    ["a wrong number", "%2: [2] = exp(%0)", "defines %1"],
    ["too many arguments", "%1: [2] = exp(%0, %0)", "takes 1"],
    ["shapes that do not fit", "%1: [2] = matmul(%0, %0, transposeA = true, transposeB = true)", "matmul"],
    ["a missing attribute", "%1: [] = sum(%0)", "attribute axes"],
    ["an unknown attribute", "%1: [2] = exp(%0, axis = 1)", "attribute of exp"],
    ["an unknown line", "hello", "an equation or an output"],
    ["an output of nothing", 'output "y" = %4', "already defined"],
    ["an output carried to nothing", 'output "y" = %0 -> "z"', "carried to no input"],
    ["a second input of the name", '%1: [2] = input(name = "x", role = "state")', "two inputs"],
    ["words after the end", "%1: [2] = exp(%0) please", "end of the line"],
  ])("%s", (_, line, says) => {
    const read = readProgram(first + line);
    expect(read.ok).toBe(false);
    if (read.ok) return;
    const [{ labels }] = read.errors;
    expect(labels[0]!.text).toContain(says);
    expect(labels[0]!.span.start).toBeGreaterThanOrEqual(first.length);
    expect(labels[0]!.span.end).toBe((first + line).length);
  });
});

test("comments and empty lines are skipped", () => {
  const read = readProgram('; a comment\n\n%0: [] = constant(values = [1])\r\noutput "y" = %0\n');
  expect(read.ok && read.value.equations.length).toBe(1);
});

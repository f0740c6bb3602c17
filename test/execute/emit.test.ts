import { describe, expect, test } from "vitest";
import { emitBody } from "../../src/execute/tfjs/emit.ts";
import { Builder } from "../../src/program/builder.ts";

describe("emitted text", () => {
  test("reads like code: constants first, origins once, everything freed at its last use", () => {
    const b = new Builder();
    const x = b.input("x", [2, 3], "data");
    const dead = b.exp(x);
    b.exp(dead);
    b.from({ start: 0, end: 4 }, "prior of `z`", () => {
      const positive = b.less(b.constant(0), x);
      const safe = b.where(positive, b.log(x), b.constant(0));
      b.output("total", b.sum(b.add(safe, b.stopGradient(safe)), [1]));
    });
    const text = emitBody(b.finish(), { path: "m.ppl", text: "z ~ normal(0, 1)" });
    const run = text.slice(text.indexOf("const c0"), text.indexOf("function dispose"));
    expect(run.trim().split("\n")).toEqual([
      "const c0 = constant(0);",
      "const c0_at_2x3 = full([2, 3], 0);",
      "",
      "function run(inputs) {",
      '  const v0 = inputs["x"]; // [2, 3]',
      "",
      "  // line 1: z ~ (prior of `z`)",
      "  const v4 = tf.less(c0, v0); // [2, 3]",
      "  const v5 = tf.log(v0); // [2, 3]",
      "  const v7 = select(v4, v5, c0_at_2x3); // [2, 3]",
      "  v4.dispose(); v5.dispose();",
      "  const v9 = tf.add(v7, v7); // [2, 3]",
      "  v7.dispose();",
      "  const v10 = tf.sum(v9, [1]); // [2]",
      "  v9.dispose();",
      "",
      "  return {",
      "    total: v10,",
      "  };",
      "}",
    ]);
  });

  test("quotes names that are not identifiers", () => {
    const b = new Builder();
    b.output("grad:z", b.exp(b.input('a "b"', [], "data")));
    const text = emitBody(b.finish(), null);
    expect(text).toContain('inputs["a \\"b\\""]');
    expect(text).toContain('"grad:z": v1,');
  });
});

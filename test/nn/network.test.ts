import { describe, expect, test } from "vitest";
import { denseLayer, hiddenLayers } from "../../src/nn/mlp.ts";
import { applyNetwork, networkOf, parametersOf, type Network } from "../../src/nn/network.ts";
import { randomStream, seedKey } from "../../src/numeric/random.ts";
import { Builder } from "../../src/program/builder.ts";
import { printProgram } from "../../src/program/print.ts";
import type { Shape } from "../../src/tensor/shape.ts";

/** The program of a network whose arrays are inputs. */
function programOf(network: Network, x: Shape) {
  const b = new Builder();
  const shapes = new Map(parametersOf(network).map(({ name, shape }) => [name, shape]));
  const read = (name: string) => b.input(name, shapes.get(name) ?? [], "state");
  b.output("y", applyNetwork(b, network, read, b.input("x", x, "data")));
  return b.finish();
}

const mlp = networkOf([2], [...hiddenLayers([3], "elu"), denseLayer(1)]);

describe("a multilayer perceptron", () => {
  test("is affine maps with an activation between them, over all axes in front at once", () => {
    const program = printProgram(programOf(mlp, [5, 4, 2]));
    // inputs are numbered in the order in which they are asked for
    expect(program.split("\n").filter((line) => !/input/.test(line))).toEqual([
      "%5: [20, 2] = reshape(%0)",
      "%6: [20, 3] = matmul(%5, %1, transposeA = false, transposeB = false)",
      "%7: [20, 3] = add(%6, %2)",
      "%8: [] = constant(values = [0])",
      "%9: [20, 3] = max(%7, %8)",
      "%10: [20, 3] = min(%7, %8)",
      "%11: [20, 3] = expm1(%10)",
      "%12: [20, 3] = add(%9, %11)",
      "%13: [20, 1] = matmul(%12, %3, transposeA = false, transposeB = false)",
      "%14: [20, 1] = add(%13, %4)",
      "%15: [5, 4, 1] = reshape(%14)",
      'output "y" = %15',
      "",
    ]);
  });

  test("has weights, which decay shrinks, and biases, layer by layer", () => {
    expect(parametersOf(mlp).map(({ name, shape, shrinks }) => [name, shape, shrinks])).toEqual([
      ["w0", [2, 3], true],
      ["b0", [3], false],
      ["w1", [3, 1], true],
      ["b1", [1], false],
    ]);
  });

  test("starts with variance 2 / in before an activation, 1 / in before none, and with biases of 0", () => {
    const start = parametersOf(mlp, 0.1).map(({ init }) => [...init(randomStream(seedKey(1, "layers")))]);
    const [w0, b0, w1, b1] = start;
    expect(w0?.[0]).toBe(-0.943319101656917);
    // of the same stream: sd 1 = sqrt(2 / 2) there, 0.1 / sqrt 3 here
    expect(w1).toEqual([-0.054462553727333704, 0.010682279408476332, 0.020485997249825968]);
    expect([b0, b1]).toEqual([[0, 0, 0], [0]]);
  });
});

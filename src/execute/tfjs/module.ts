import { javascriptComment, javascriptKey, javascriptString } from "../../base/escape.ts";
import { inputsOf, type Program } from "../../program/program.ts";
import { showShape, type Shape } from "../../tensor/shape.ts";
import type { ExportOptions } from "../export/target.ts";
import { emitBody } from "./emit.ts";

/**
 * A program as an ES module that needs @tensorflow/tfjs-core and a back end of the user's choice, nothing of ours, and
 * the declarations that go with it. It runs the text that the executor runs.
 *
 * `run` uses the tfjs-core that the module itself imports. Where a back end brings its own copy (a bundler that mixes
 * module formats, tfjs-node), `create(tf)` takes that one.
 */
export function emitModule(program: Program, options: ExportOptions): { js: string; dts: string } {
  const inputs = inputsOf(program).map(({ attributes: { name, shape, role, noise } }) => {
    const drawn = noise === undefined ? "" : `, noise: ${javascriptString(noise)}`;
    return `  ${javascriptKey(name)}: { shape: ${showShape(shape)}, role: ${javascriptString(role)}${drawn} },`;
  });
  const shapes = new Map(program.equations.map(({ out, shape }) => [out, shape]));
  const outputs = program.outputs.map(({ name, value, carry }) => {
    const carried = carry === null ? "" : `, carry: ${javascriptString(carry)}`;
    return `  ${javascriptKey(name)}: { shape: ${showShape(shapes.get(value)!)}${carried} },`;
  });
  const body = emitBody(program, options.source);
  const indented = body.split("\n").map((line) => (line === "" ? "" : `  ${line}`));
  return {
    js: [
      javascriptComment(options.title),
      "// Made by stratum. Register and choose a TensorFlow.js back end before the first run.",
      'import * as core from "@tensorflow/tfjs-core";',
      "",
      ...inputsComment,
      "export const inputs = {",
      ...inputs,
      "};",
      "",
      "/** What a run returns. `carry` names the input that takes the value in the next step. */",
      "export const outputs = {",
      ...outputs,
      "};",
      "",
      "/** The program on a given tfjs-core: `run`, and `dispose` for its constants. */",
      "export function create(tf) {",
      ...indented,
      "}",
      "",
      "let instance = null;",
      "",
      "/** Output tensors, which are the caller's to dispose, from input tensors, which are left alone. */",
      "export function run(inputs) {",
      "  instance ??= create(core);",
      "  return instance.run(inputs);",
      "}",
      "",
      "/** Frees the constants; the next run makes them again. */",
      "export function dispose() {",
      "  instance?.dispose();",
      "  instance = null;",
      "}",
      "",
    ].join("\n"),
    dts: declarations(program, shapes),
  };
}

const inputsComment = [
  "/**",
  " * What a run takes, by name. `noise` is drawn anew for each run: standard normal, or uniform on (0, 1).",
  " */",
];

function declarations(program: Program, shapes: ReadonlyMap<number, Shape>): string {
  const inputs = inputsOf(program).map(({ attributes: { name, shape } }) => ({ name, shape }));
  const outputs = program.outputs.map(({ name, value }) => ({ name, shape: shapes.get(value)! }));
  return [
    'import type * as core from "@tensorflow/tfjs-core";',
    "",
    "export interface Inputs {",
    ...inputs.map(tensorField),
    "}",
    "export interface Outputs {",
    ...outputs.map(tensorField),
    "}",
    "",
    "export declare const inputs: {",
    "  readonly [K in keyof Inputs]: {",
    "    readonly shape: readonly number[];",
    '    readonly role: "state" | "data" | "noise" | "feed";',
    '    readonly noise?: "normal" | "uniform";',
    "  };",
    "};",
    "export declare const outputs: {",
    "  readonly [K in keyof Outputs]: { readonly shape: readonly number[]; readonly carry?: string };",
    "};",
    "export declare function create(tf: typeof core): {",
    "  run(inputs: Inputs): Outputs;",
    "  dispose(): void;",
    "};",
    "export declare function run(inputs: Inputs): Outputs;",
    "export declare function dispose(): void;",
    "",
  ].join("\n");
}

/** `theta: core.Tensor1D; // [36]` */
function tensorField({ name, shape }: { readonly name: string; readonly shape: Shape }): string {
  const type = shape.length === 0 ? "Scalar" : shape.length <= 6 ? `Tensor${shape.length}D` : "Tensor";
  return `  ${javascriptKey(name)}: core.${type}; // ${showShape(shape)}`;
}

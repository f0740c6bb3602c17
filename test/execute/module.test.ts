import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { referenceExecutor } from "../../src/execute/reference.ts";
import { emitModule } from "../../src/execute/tfjs/module.ts";
import { Builder } from "../../src/program/builder.ts";
import { differentiate } from "../../src/program/differentiate.ts";
import type { Program } from "../../src/program/program.ts";

const source = {
  path: "model.ppl",
  text: "sample z ~ normal(0, 1)\nobserve x ~ gamma(exp(z), 1)\n",
};

/** log p(x | z) for a gamma shape exp(z), its gradient, and a draw. */
function program(): Program {
  const b = new Builder();
  const z = b.input("z", [2], "state");
  const x = b.input("x", [2], "data");
  const noise = b.input("noise of `z`", [2], "noise", "normal");
  const bound = b.from({ start: 24, end: 52 }, "likelihood", () => {
    const shape = b.exp(z);
    return b.sum(b.sub(b.mul(shape, b.log(x)), b.lgamma(shape)));
  });
  b.output("bound", bound);
  b.output("draw", b.add(z, noise));
  b.output("x again", x);
  return differentiate(b.finish(), "bound", ["z"]);
}

describe("an emitted module", () => {
  // Inside the project, so that the module finds @tensorflow/tfjs-core.
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(import.meta.dirname, "module-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const { js, dts } = emitModule(program(), { title: "A gamma with a random shape.", source });

  test("points back to the model's lines", () => {
    expect(js).toContain("// line 2: observe x ~ gamma(exp(z), 1) (likelihood)");
    expect(js.match(/line 2/g)!.length).toBeLessThan(8);
    expect(js).not.toMatch(/import .* from "(?!@tensorflow\/tfjs-core")/);
  });

  test.each(["cpu", "wasm"])("runs in a bare process on %s as the reference does", async (backend) => {
    writeFileSync(join(folder, "model.mjs"), js);
    writeFileSync(
      join(folder, "main.mjs"),
      `import * as tf from "@tensorflow/tfjs-core";
       import "@tensorflow/tfjs-backend-${backend}";
       import { create, dispose, inputs, outputs, run } from "./model.mjs";
       await tf.setBackend("${backend}");
       const before = tf.memory().numTensors;
       const given = { z: tf.tensor([0.5, -1]), x: tf.tensor([2, 0.3]), "noise of \`z\`": tf.tensor([1, 2]) };
       const values = (results) => Object.fromEntries(Object.entries(results).map(([name, tensor]) => {
         const list = [...tensor.dataSync()];
         tensor.dispose();
         return [name, list];
       }));
       const first = values(run(given));
       const own = create(tf);
       const second = values(own.run(given));
       own.dispose();
       dispose();
       Object.values(given).forEach((tensor) => tensor.dispose());
       const leaked = tf.memory().numTensors - before;
       console.log(JSON.stringify({ first, second, leaked, inputs, outputs }));`,
    );
    const text = execFileSync(process.execPath, [join(folder, "main.mjs")], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const said = JSON.parse(text) as Record<"first" | "second" | "inputs" | "outputs", Record<string, number[]>> & {
      leaked: number;
    };
    expect(said.leaked).toBe(0);
    expect(said.second).toEqual(said.first);
    expect(said.inputs).toEqual({
      z: { shape: [2], role: "state" },
      x: { shape: [2], role: "data" },
      "noise of `z`": { shape: [2], role: "noise", noise: "normal" },
    });
    expect(said.outputs["grad:z"]).toEqual({ shape: [2] });

    const session = await referenceExecutor.open(program(), { seed: 1 });
    session.write("z", [0.5, -1]);
    session.write("x", [2, 0.3]);
    await session.run(0, 1);
    for (const name of ["bound", "grad:z"]) {
      const expected = await session.read(name);
      expect(said.first[name]!.length).toBe(expected.length);
      // Values of order 1 from about twenty operations.
      expected.forEach((value, i) => expect(said.first[name]![i]).toBeCloseTo(value, 5));
    }
    expect(said.first["draw"]).toEqual([1.5, 1]);
    // exp(0.5) log(2) + exp(-1) log(0.3) - lgamma(1.648721) - lgamma(0.367879), by the C library
    expect(said.first["bound"]![0]).toBeCloseTo(1.1428065 - 0.4429168 + 0.105445 - 0.8828933, 5);
  });

  test("has declarations that type-check against it", () => {
    writeFileSync(join(folder, "typed.mjs"), js);
    writeFileSync(join(folder, "typed.d.mts"), dts);
    writeFileSync(
      join(folder, "use.mts"),
      `import * as tf from "@tensorflow/tfjs-core";
       import { create, inputs, run, type Inputs } from "./typed.mjs";
       const given: Inputs = { z: tf.tensor1d([1]), x: tf.tensor1d([1]), "noise of \`z\`": tf.tensor1d([1]) };
       export const bound: tf.Scalar = run(given).bound;
       export const role: string = inputs["noise of \`z\`"].role;
       export const again: tf.Tensor1D = create(tf).run(given)["grad:z"];
       // @ts-expect-error there is no such output
       export const missing = run(given).elbo;`,
    );
    const compiler = join(import.meta.dirname, "../../node_modules/typescript/bin/tsc");
    const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2022"];
    const { stdout } = spawnSync(process.execPath, [compiler, ...options, join(folder, "use.mts")], {
      encoding: "utf8",
    });
    expect(stdout).toBe("");
  });
});

import { StratumError } from "../../src/api/error.ts";
import { render } from "../../src/diagnostics/render.ts";
import type { SourceFile } from "../../src/diagnostics/span.ts";
import type { Executor } from "../../src/execute/executor.ts";
import { fusedExecutor } from "../../src/execute/fused/executor.ts";
import { referenceExecutor } from "../../src/execute/reference.ts";
import { adamFeeds } from "../../src/inference/adam.ts";
import { randomStream, seedKey } from "../../src/numeric/random.ts";
import { noiseSource } from "../../src/execute/noise.ts";
import { initialise } from "../../src/inference/initialise.ts";
import { feedOf, writeInputs } from "../../src/inference/inputs.ts";
import { checkSource, compileSource, type Compiled } from "../../src/pipeline.ts";
import { printProgram } from "../../src/program/print.ts";
import { readProgram } from "../../src/program/read.ts";
import { format } from "../../src/syntax/format.ts";
import { parse } from "../../src/syntax/parse.ts";
import { float32Tolerance } from "../execute/helpers.ts";
import { run, settings } from "../objective/support.ts";
import type { Failure } from "./fuzzer.ts";
import { diceOf, type Dice, type FuzzModel } from "./models.ts";
import type { CompileOptions } from "../../src/plan/options.ts";

/** Guides and objectives that go together whatever the model. */
export function randomOptions(dice: Dice): CompileOptions {
  const K = 1 + dice.below(3);
  const component = dice.pick(["mean_field", "full_rank"] as const);
  const bound = K === 1 ? dice.pick(["elbo", "iwae", "siwae"] as const) : dice.pick(["selbo", "siwae"] as const);
  return settings({
    guide: { family: "mixture", K, component, amortize: false },
    objective: { bound, T: 1 + dice.below(3), estimator: "pathwise" },
  });
}

/** A random model goes through everything that holds for every model. */
export async function checkModel({ text, data }: FuzzModel, options: CompileOptions, seed: number): Promise<Failure> {
  const source = { path: "fuzz.ppl", text };
  const compiled = compileSource(source, data, options);
  if (!compiled.ok) return `refused: ${compiled.errors.map(({ code, message }) => `${code} ${message}`).join("; ")}`;
  const { value } = compiled;
  return (
    formatsTo(source, data, options, value) ??
    printsBack(value) ??
    (await executorsAgree(value, seed)) ??
    gradientsAgree(value, seed)
  );
}

function formatsTo(
  source: SourceFile,
  data: FuzzModel["data"],
  options: CompileOptions,
  { ast, step }: Compiled,
): Failure {
  const text = format(ast);
  const again = parse({ ...source, text });
  if (!again.ok) return "its canonical form does not parse";
  if (format(again.value) !== text) return "its canonical form is not a fixed point";
  const compiled = compileSource({ ...source, text }, data, options);
  if (!compiled.ok) return "its canonical form is refused";
  const bare = (program: string): string => program.replace(/ {2}; .*$/gm, "");
  return bare(printProgram(compiled.value.step())) === bare(printProgram(step()))
    ? null
    : "its canonical form means another program";
}

function printsBack({ step }: Compiled): Failure {
  const text = printProgram(step());
  const read = readProgram(text);
  if (!read.ok) return `the printed program cannot be read: ${read.errors[0].message}`;
  return printProgram(read.value) === text ? null : "the printed program reads as another";
}

async function traced(executor: Executor, compiled: Compiled, seed: number) {
  const session = await executor.open(compiled.step(), { seed });
  const parameters = initialise(compiled, seed);
  const zeros = new Float64Array(parameters.length);
  writeInputs(session, compiled.step(), compiled.numbers, {
    "all.parameters": parameters,
    "adam.m": zeros,
    "adam.v": zeros,
  });
  const feed = feedOf(compiled.step(), {
    "adam.rate": (step) => adamFeeds(0.01, step)["adam.rate"],
    "adam.epsilon": (step) => adamFeeds(0.01, step)["adam.epsilon"],
  });
  const trace = await session.run(0, 1, feed);
  const m = await session.read("adam.m");
  session.dispose();
  return { bound: trace["bound"]![0]!, m };
}

/** The fused engine in 64 bits takes the step that the reference takes, as closely as the step's own condition allows. */
async function executorsAgree(compiled: Compiled, seed: number): Promise<Failure> {
  const [reference, fused] = [
    await traced(referenceExecutor, compiled, seed),
    await traced(fusedExecutor("float64"), compiled, seed),
  ];
  if (!Number.isFinite(reference.bound)) return `the bound is ${reference.bound}`;
  const close = (a: number, b: number): boolean => a === b || Math.abs(a - b) <= 1e-9 * (1 + Math.abs(a));
  if (close(reference.bound, fused.bound) && reference.m.every((x, i) => close(x, fused.m[i]!))) return null;
  // farther apart than most: what one rounding of each operation does to this program says whether it is too far
  const allowed = conditionOf(compiled, seed);
  const beyond = (a: number, b: number, by: number): boolean => !(Math.abs(a - b) <= by);
  if (beyond(reference.bound, fused.bound, allowed.bound))
    return `the bound is ${fused.bound} on the fused engine, ${reference.bound} on the reference`;
  const at = reference.m.findIndex((x, i) => beyond(x, fused.m[i]!, allowed.m[i]!));
  return at === -1 ? null : `gradient ${at} is ${fused.m[at]} on the fused engine, ${reference.m[at]} on the reference`;
}

function conditionOf(compiled: Compiled, seed: number): { bound: number; m: Float64Array } {
  const parameters = initialise(compiled, seed);
  const zeros = new Float64Array(parameters.length);
  const inputs = inputsOfStep(compiled, { "all.parameters": parameters, "adam.m": zeros, "adam.v": zeros }, seed);
  const outputs = run(compiled, compiled.step(), Object.fromEntries(inputs), seed);
  const expected = new Map([...outputs].map(([name, { values }]) => [name, values]));
  const allowed = float32Tolerance(compiled.step(), inputs, expected, 1024);
  // that was for 24 bits
  const scaled = (name: string): Float64Array => allowed.get(name)!.map((x) => x * 2 ** -29);
  const m = compiled.step().outputs.find(({ carry }) => carry === "adam.m")!.name;
  return { bound: scaled("bound")[0]!, m: scaled(m) };
}

function inputsOfStep(
  compiled: Compiled,
  state: Readonly<Record<string, Float64Array>>,
  seed: number,
): Map<string, Float64Array> {
  const { step, numbers } = compiled;
  const inputs = new Map<string, Float64Array>();
  for (const equation of step().equations) {
    if (equation.op !== "input") continue;
    const { name, role, shape, noise } = equation.attributes;
    const size = shape.reduce((a, b) => a * b, 1);
    const values = new Float64Array(size);
    if (role === "state") values.set(state[name]!);
    else if (role === "data") values.set(numbers.data.get(name)!.values);
    else if (role === "noise") noiseSource(seed, name, noise!).fill(0, values);
    else values[0] = adamFeeds(0.01, 0)[name as "adam.rate"];
    inputs.set(name, values);
  }
  return inputs;
}

/** The derivative of the bound, by differences of the bound itself, in a few directions. */
function gradientsAgree(compiled: Compiled, seed: number): Failure {
  const dice = diceOf(randomStream(seedKey(seed, "fuzz.directions")));
  const { paramSpecs } = compiled;
  const parameters = initialise(compiled, seed);
  const start = Object.fromEntries(
    paramSpecs.map(({ name, offset, size }) => [name, parameters.slice(offset, offset + size)]),
  );
  const gradient = compiled.gradient();
  const outputs = run(compiled, gradient, start, seed);
  const boundAt = (values: Float64Array): number =>
    run(
      compiled,
      gradient,
      Object.fromEntries(paramSpecs.map(({ name, offset, size }) => [name, values.slice(offset, offset + size)])),
      seed,
    ).get("bound")!.values[0]!;
  const used = paramSpecs.filter(({ name }) => outputs.has(`gradient.${name}`));
  for (let direction = 0; direction < 2 && used.length > 0; direction++) {
    const v = parameters.map(() => 0);
    let expected = 0;
    let scale = 0;
    for (const { name, offset, size } of used)
      for (let i = 0; i < size; i++) {
        const d = dice.normal();
        const g = outputs.get(`gradient.${name}`)!.values[i]!;
        v[offset + i] = d;
        expected += d * g;
        scale += Math.abs(d * g);
      }
    const difference = (h: number): number =>
      (boundAt(parameters.map((x, i) => x + h * v[i]!)) - boundAt(parameters.map((x, i) => x - h * v[i]!))) / (2 * h);
    // two steps and their extrapolation: its own error is what the two differ by, and what rounding leaves
    const [wide, narrow] = [difference(2e-4), difference(1e-4)];
    const found = narrow + (narrow - wide) / 3;
    const rounding = (1e-11 * (1 + Math.abs(boundAt(parameters)))) / 1e-4;
    const allowed = rounding + Math.abs(narrow - wide) + 1e-6 * (1 + scale);
    if (!(Math.abs(found - expected) <= allowed))
      return `the derivative along direction ${direction} is ${expected}, by differences ${found} +- ${allowed}`;
  }
  return null;
}

/** Whatever the text, the front end answers: with a model, or with mistakes that lie inside the file. */
export function checkText(text: string, data: FuzzModel["data"]): Failure {
  const source = { path: "fuzz.ppl", text };
  try {
    const checked = checkSource(source);
    const outcome = checked.ok ? compileSource(source, data) : checked;
    const said = outcome.ok ? outcome.warnings : outcome.errors;
    for (const diagnostic of said) {
      for (const { span } of diagnostic.labels)
        if (!(span.start >= 0 && span.start <= span.end && span.end <= text.length))
          return `${diagnostic.code} points at ${span.start}..${span.end} of ${text.length} characters`;
      if (!render([diagnostic], source, { color: false }).includes(diagnostic.code))
        return `${diagnostic.code} is not rendered`;
    }
    return null;
  } catch (error) {
    const { stack } = error as Error;
    return error instanceof StratumError ? null : `threw ${stack}`;
  }
}

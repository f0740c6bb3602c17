import { largest } from "../base/arrays.ts";
import * as say from "../diagnostics/catalogue/memory.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/span.ts";
import { latentOf, rowsIn, type Instance } from "../graph/instance.ts";
import type { Block, Guide, ParamSpec } from "../guide/guide.ts";
import type { Minibatch } from "../joint/context.ts";
import type { ObjectiveOptions } from "../objective/options.ts";

/** Bytes that one step, or one answer, may ask for: what WebAssembly can address, and more than an array can hold. */
export const mostBytes = 2 ** 32;

const bytesOfNumber = 8;

/** Arrays as long as everything that is learned: the numbers, their gradient, and two of Adam's. */
const arraysOfParameters = 4;

/** Numbers that are needed at once, why, and what makes them fewer. */
interface Need {
  readonly numbers: number;
  readonly what: string;
  readonly hint: string;
  readonly span: Span | null;
}

/** A plan of which one step alone needs more memory than there can be: told before any of it is asked for. */
export function oversized(
  instance: Instance,
  guide: Guide,
  specs: readonly ParamSpec[],
  { T, innerT }: ObjectiveOptions,
  minibatches: readonly Minibatch[],
): Diagnostic[] {
  const needs = [
    ...specs.map(learned),
    ...guide.blocks.flatMap((block) => [
      drawsOf(instance, block, minibatches, block.plates.length > 0 ? T * innerT : T),
      answered(instance, block),
    ]),
  ];
  const total = needs.reduce((sum, { numbers }) => sum + numbers, 0) * bytesOfNumber;
  // also where it is not a number: more than can be counted
  if (total <= mostBytes) return [];
  const most = largest(needs.map(({ numbers }) => numbers));
  const worst = needs.find(({ numbers }) => numbers === most) ?? needs[0];
  return worst ? [say.tooLarge({ bytes: total, most: mostBytes, ...worst })] : [];
}

const count = (numbers: number): string => numbers.toLocaleString("en-US", { maximumFractionDigits: 0 });

function learned({ name, shape, size, role }: ParamSpec): Need {
  const hint =
    role === "guide"
      ? "lower `--K`, `--rank` or `--hidden`, take a guide of fewer numbers (`--guide mean_field`), or make the latents fewer"
      : "make this array of the model smaller";
  const what = `${shape.map(count).join(" x ")} numbers that are learned, \`${name}\``;
  return { numbers: arraysOfParameters * size, what, hint, span: null };
}

/** Draws of a block, and their densities under each of its components. */
function drawsOf(instance: Instance, block: Block, minibatches: readonly Minibatch[], draws: number): Need {
  const { plates, K, dimension, sites } = block;
  // of a plate that is not in minibatches yet, a strategy may choose to take a part
  const rows = product(plates.map((id) => minibatches.find(({ plate }) => plate === id)?.rows ?? 1));
  const names = sites.map(({ name }) => `\`${name}\``).join(", ");
  const factors = [
    { times: draws, hint: "take fewer draws (`--T`, `--inner-T`)" },
    { times: K, hint: "take fewer components (`--K`)" },
    { times: rows, hint: "take fewer data at a time (`--batch`)" },
    { times: dimension, hint: "make the latents fewer" },
  ];
  const most = largest(factors.map(({ times }) => times));
  return {
    numbers: rows * draws * K * Math.max(dimension, K),
    what: `${count(draws)} draws of ${names} from ${count(K)} components, ${count(rows * dimension)} numbers each`,
    hint: factors.find(({ times }) => times === most)?.hint ?? "make the model smaller",
    span: dimension === most ? spanOfWidest(instance, block) : null,
  };
}

/** One value of everything in a block, for each of its data: an answer says no less. */
function answered(instance: Instance, block: Block): Need {
  const rows = product(block.plates.map((id) => rowsIn(instance, id)));
  const names = block.sites.map(({ name }) => `\`${name}\``).join(", ");
  const what = `${count(rows)} times ${count(block.dimension)} values of ${names}`;
  return { numbers: rows * block.dimension, what, hint: "make the latents fewer", span: spanOfWidest(instance, block) };
}

function spanOfWidest(instance: Instance, { sites }: Block): Span | null {
  const most = largest(sites.map(({ size }) => size));
  const widest = sites.find(({ size }) => size === most);
  return widest ? latentOf(instance, widest.name).span : null;
}

const product = (factors: readonly number[]): number => factors.reduce((all, each) => all * each, 1);

/** An answer that cannot be kept: its draws weigh, and its steps are traced, one number each at the least. */
export function unkept(asked: { readonly draws: number; readonly steps: number }): Diagnostic[] {
  const { draws, steps } = asked;
  const lines = [
    { numbers: draws, each: 1, what: `${count(draws)} importance draws`, hint: "take fewer (`--evidence-draws`)" },
    {
      numbers: steps,
      each: 2,
      what: `the traces of ${count(steps)} steps`,
      hint: "take fewer (`--steps`, `--epochs`)",
    },
  ];
  return lines
    .filter(({ numbers, each }) => !(numbers * each * bytesOfNumber <= mostBytes))
    .map(({ numbers, each, what, hint }) =>
      say.tooLarge({ bytes: numbers * each * bytesOfNumber, most: mostBytes, what, hint, span: null }),
    );
}

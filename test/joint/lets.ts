import { jointTerms } from "../../src/joint/joint.ts";
import { contextOf } from "../../src/joint/context.ts";
import { Builder } from "../../src/program/builder.ts";
import { evaluate } from "../../src/program/evaluate.ts";
import type { Program } from "../../src/program/program.ts";
import { hostTensor, sizeOf, type HostTensor } from "../../src/tensor/shape.ts";
import { compiled } from "../objective/support.ts";

/**
 * A model outside plates as a program of its latents, `state` inputs: every `let` an output of its name, the log joint
 * density `log p`; and values for its inputs.
 */
export function asProgram(
  text: string,
  data: Record<string, unknown>,
  latents: Readonly<Record<string, number | readonly number[]>>,
): { readonly program: Program; readonly inputs: Map<string, HostTensor> } {
  const instance = compiled(text, data, { guide: { family: "mean_field" } });
  const { model, numbers } = instance;
  const b = new Builder();
  const inputs = new Map<string, HostTensor>(numbers.data);
  const axes = model.plates.map(({ id }) => id);
  const size = (axis: string) => numbers.size(model.plates.find(({ id }) => id === axis)!.size);
  const parameter = () => b.constant(0);
  const context = contextOf(instance, { b, order: { axes, size }, minibatches: [], parameter });
  for (const node of model.nodes) {
    if (node.kind !== "latent") continue;
    const shape = node.type.shape.map(numbers.size);
    const value = latents[node.name]!;
    const values = typeof value === "number" ? [value] : value;
    inputs.set(node.name, hostTensor(shape, values.slice(0, sizeOf(shape))));
    context.values.set(node.name, { value: b.input(node.name, shape, "state"), axes: [], rank: shape.length });
  }
  const terms = jointTerms(context).terms.map(({ value }) => b.sum(value.value));
  for (const { kind, name } of model.nodes.flatMap((node) => (node.kind === "let" ? [node] : [])))
    b.output(`${kind} ${name}`, context.values.get(name)!.value);
  b.output(
    "log p",
    terms.reduce((p, q) => b.add(p, q), b.constant(0)),
  );
  return { program: b.finish(), inputs };
}

/** The value of a `let`, and its shape. */
export function letOf(
  name: string,
  text: string,
  data: Record<string, unknown>,
  latents: Readonly<Record<string, number | readonly number[]>> = {},
): HostTensor {
  const { program, inputs } = asProgram(text, data, latents);
  const given = new Map(
    [...inputs].filter(([input]) => program.equations.some((e) => e.op === "input" && e.attributes.name === input)),
  );
  return evaluate(program, given).get(`let ${name}`)!;
}

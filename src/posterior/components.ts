import { present } from "../base/assert.ts";
import { breathe } from "../base/turns.ts";
import type { Executor } from "../execute/executor.ts";
import { writeInputs } from "../inference/inputs.ts";
import type { Programs } from "../lower/programs.ts";
import type { Plan } from "../plan/plan.ts";
import { inputsOf, type Program } from "../program/program.ts";
import type { HostTensor } from "../tensor/shape.ts";
import { inputName, outputName, outputOf } from "../program/names.ts";

/** The shape of one block's mixture. */
export interface BlockComponents {
  readonly id: string;
  /** [data..., K], summing to 1 over the last axis. */
  readonly weights: HostTensor;
  /** By site: [data..., K, inner plates..., shape...], each component's location in the model's coordinates. */
  readonly locations: Readonly<Record<string, HostTensor>>;
}

/** Weights and locations of the guide's components, for all data at once. */
export async function componentsOf(
  programs: Programs,
  executor: Executor,
  parameters: Float64Array,
): Promise<BlockComponents[]> {
  const found = await outputsOf(programs.structure(), programs, executor, parameters);
  return programs.guide.blocks.map(({ id, sites }) => ({
    id,
    weights: present(found.get(outputName("weight", id)), `weights of ${id}`),
    locations: Object.fromEntries(
      sites.flatMap(({ name }) => {
        const location = found.get(outputName("location", name));
        return location ? [[name, location]] : [];
      }),
    ),
  }));
}

/** Values of the model's `param`s, in its own coordinates. */
export async function constantsOf(
  programs: Programs,
  executor: Executor,
  parameters: Float64Array,
): Promise<Record<string, HostTensor>> {
  const found = await outputsOf(programs.constants(), programs, executor, parameters);
  return Object.fromEntries([...found].map(([name, value]) => [present(outputOf("value", name), name), value]));
}

/** All outputs of a program that is run once and draws nothing. */
export async function outputsOf(
  program: Program,
  { numbers }: Plan,
  executor: Executor,
  parameters: Float64Array,
): Promise<Map<string, HostTensor>> {
  const found = new Map<string, HostTensor>();
  if (program.outputs.length === 0) return found;
  await breathe();
  const session = await executor.open(program, { seed: "none" });
  try {
    writeInputs(session, program, numbers, { [inputName.parameters]: parameters });
    const fed = inputsOf(program).some(({ attributes }) => attributes.role === "feed");
    await session.run(0, 1, fed ? () => ({}) : undefined);
    for (const { name, value } of program.outputs)
      found.set(name, { shape: present(program.equations[value], name).shape, values: await session.read(name) });
    return found;
  } finally {
    session.dispose();
  }
}

import { present } from "../base/assert.ts";
import type { Feed, Seed, Session } from "../execute/executor.ts";
import { noiseSource } from "../execute/noise.ts";
import type { Numbers } from "../bind/numbers.ts";
import type { Inputs } from "../program/evaluate.ts";
import { inputsOf, type Program } from "../program/program.ts";
import { hostTensor, sizeOf, type HostTensor } from "../tensor/shape.ts";

/** Values of `state` inputs, by name. */
export type State = Readonly<Record<string, Float64Array>>;

/** Where the numbers of `feed` inputs come from, by name. */
export type FeedSources = Readonly<Record<string, (step: number) => number | ArrayLike<number>>>;

/** Writes the data and the state that a program reads into a session. */
export function writeInputs(session: Session, program: Program, numbers: Numbers, state: State): void {
  for (const { attributes } of inputsOf(program)) {
    const { name, role } = attributes;
    if (role === "data") session.write(name, dataOf(numbers, name).values);
    if (role === "state") session.write(name, present(state[name], `state ${name}`));
  }
}

/** The feeds that a program reads; undefined when it reads none. */
export function feedOf(program: Program, sources: FeedSources): Feed | undefined {
  const fed = inputsOf(program)
    .filter(({ attributes }) => attributes.role === "feed")
    .map(({ attributes: { name } }) => [name, present(sources[name], `feed ${name}`)] as const);
  if (fed.length === 0) return undefined;
  return (step) => Object.fromEntries(fed.map(([name, at]) => [name, at(step)]));
}

/** Everything that a step computes from, as numbers: what an executor would see, for the reference evaluator. */
export function inputsAt(
  program: Program,
  from: { readonly numbers: Numbers; readonly state: State; readonly seed: Seed },
  step: number,
  feed: Feed | undefined,
): Inputs {
  const fed = feed?.(step) ?? {};
  const inputs = new Map<string, HostTensor>();
  for (const { attributes } of inputsOf(program)) {
    const { name, role, shape, noise } = attributes;
    let values: ArrayLike<number> = new Float64Array(sizeOf(shape));
    if (role === "data") values = dataOf(from.numbers, name).values;
    else if (role === "state") values = present(from.state[name], `state ${name}`);
    else if (role === "noise") noiseSource(from.seed, name, noise ?? "normal").fill(step, values as Float64Array);
    else {
      const given = present(fed[name], `feed ${name}`);
      values = typeof given === "number" ? [given] : given;
    }
    inputs.set(name, hostTensor(shape, values));
  }
  return inputs;
}

function dataOf(numbers: Numbers, name: string): HostTensor {
  return present(numbers.data.get(name) ?? numbers.consts.get(name), `data ${name}`);
}

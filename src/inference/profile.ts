import type { Executor, Profile, Seed } from "../execute/executor.ts";
import type { Programs } from "../lower/programs.ts";
import { trainingFeed } from "./fit.ts";
import { writeInputs } from "./inputs.ts";
import { type FitOptions } from "./fit-options.ts";
import { inputName } from "../program/names.ts";

/**
 * Where the time of a training step goes, measured from given parameters on; null on an engine that cannot tell. The
 * steps taken meanwhile are thrown away.
 */
export async function profileStep(
  programs: Programs,
  executor: Executor,
  options: FitOptions,
  parameters: Float64Array,
  seconds: number,
): Promise<Profile | null> {
  const { numbers } = programs;
  const program = programs.step();
  const session = await executor.open(program, { seed: options.seed as Seed });
  try {
    if (!session.profile) return null;
    const zeros = new Float64Array(parameters.length);
    writeInputs(session, program, numbers, {
      [inputName.parameters]: parameters,
      [inputName.adam.m]: zeros,
      [inputName.adam.v]: zeros,
    });
    // the rate of the last step moves the parameters least
    const last = 1e9;
    const feed = trainingFeed(programs, { ...options, length: { steps: last } }, last);
    return await session.profile(0, seconds, feed);
  } finally {
    session.dispose();
  }
}

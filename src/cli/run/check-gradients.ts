import { checkGradients, estimatorsOf, exactExecutor, readBounds, type Checkable } from "../../api/check-gradients.ts";
import { lowerRun } from "../../api/check-run.ts";
import { drawSeed, readConfig, type Config } from "../../api/options.ts";
import { whole } from "../../api/readers.ts";
import { loadRun } from "../../data/runs.ts";
import * as usage from "../../diagnostics/catalogue/usage.ts";
import { failed, ok, type Outcome } from "../../diagnostics/diagnostic.ts";
import { openExecutor } from "../../execute/select.ts";
import { gradientText } from "../../report/gradients.ts";
import type { Request, Run } from "../commands.ts";
import { configure, prepare } from "../compiling.ts";
import { loadData } from "../data.ts";
import { readFlag } from "../flags.ts";
import type { Io } from "../io.ts";
import type { Loaded } from "../load.ts";
import { status } from "../output.ts";
import { countOn } from "../progress.ts";

/** What is to be checked, at which parameters; null for those that training starts from. */
interface Subject {
  readonly compiled: Checkable;
  readonly trained: Float64Array | null;
}

/**
 * `stratum check-gradients MODEL [--run RUN]`: the estimators of the gradient against each other and against
 * differences, and how noisy each of them is.
 */
export const run: Run = async (request, io, output) => {
  const repeats = readFlag(request, "repeats", whole(2), null);
  if (!repeats.ok) return output.fail(repeats.errors);
  const folder = request.flags["run"];
  const points = readFlag(request, "points", whole(1), typeof folder === "string" ? 1 : 3);
  if (!points.ok) return output.fail(points.errors);
  const configured = await configure(request.args[0]!, request, io);
  if (!configured.ok) return output.fail(configured.errors);
  const { loaded, config } = configured.value;
  const { source } = loaded;
  const objectives = readFlag(request, "objectives", readBounds, null);
  if (!objectives.ok) return output.fail(objectives.errors);
  const subject =
    typeof folder === "string" ? await ofRun(folder, loaded, request, io) : await atStart(loaded, config, request, io);
  if (!subject.ok) return output.fail(subject.errors, source);
  output.warn(subject.warnings, source);

  const { compiled, trained } = subject.value;
  const asked = config.engine !== "auto" || config.backend !== null;
  const executor = asked ? await openExecutor(config.engine, config.backend, compiled.step()) : ok(exactExecutor());
  if (!executor.ok) return output.fail(executor.errors, source);
  const seed = config.seed ?? drawSeed();
  if (config.seed === null) output.note(`seed ${seed} (drawn; give it with --seed to repeat the check)`);
  const signal = io.interruptible();
  const bar = countOn(io, output.json, "estimates");
  // bounds without a number of draws have that of the options, or of the run
  const own = compiled.options.objective.T;
  const listed = objectives.value?.map(({ bound, T }) => ({ bound, T: T ?? own }));
  const checked = await checkGradients(
    compiled,
    executor.value,
    {
      repeats: repeats.value,
      points: points.value,
      seed,
      signal,
      onProgress: bar.update,
      ...(trained ? { trained } : {}),
    },
    listed?.flatMap((objective) => estimatorsOf(compiled, objective)),
  );
  bar.stop();
  if (!checked.ok) {
    output.fail(checked.errors, source);
    return status.notTrusted;
  }
  output.text(gradientText(checked.value));
  output.data({ ok: true, ...checked.value });
  if (signal.aborted) return status.interrupted;
  return checked.value.agree ? status.fine : status.notTrusted;
};

async function atStart(loaded: Loaded, config: Config, request: Request, io: Io): Promise<Outcome<Subject>> {
  // a schedule of beta is a matter of training: its end is what is checked
  const prepared = await prepare(loaded, { ...config, "beta-warm-up": 0 }, request, io);
  if (!prepared.ok) return prepared;
  return ok({ compiled: prepared.value.compiled, trained: null }, prepared.warnings);
}

/** The run's own options are those of its folder: what a model folder recommends today does not matter. */
async function ofRun(folder: string, loaded: Loaded, request: Request, io: Io): Promise<Outcome<Subject>> {
  const config = readConfig([{ given: request.given, where: "stratum check-gradients" }]);
  if (!config.ok) return config;
  const read = await loadRun(folder);
  if (!read.ok) return read;
  if (read.value.source.text !== loaded.source.text)
    return failed(usage.runOfOtherModel({ run: folder, model: request.args[0]! }));
  const data = await loadData(request, loaded, io);
  if (!data.ok) return data;
  const compiled = await lowerRun(read.value, data.value ?? {}, config.value);
  if (!compiled.ok) return compiled;
  // places are told in the file that was named
  const named = { ...compiled.value, source: loaded.source };
  return ok({ compiled: named, trained: read.value.parameters }, compiled.warnings);
}

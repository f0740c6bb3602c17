import { checkGradients as compare, type Checkable } from "../../app/check-gradients.ts";
import { lowerRun } from "../../app/check-run.ts";
import { readConfig, withValues } from "../../options/config.ts";
import { loadRun } from "../../data/runs.ts";
import * as usage from "../../diagnostics/catalogue/usage.ts";
import { failed, ok, type Outcome } from "../../diagnostics/diagnostic.ts";
import { exactExecutor, openExecutor } from "../../execute/select.ts";
import { gradientText } from "../../report/gradients.ts";
import type { Call, Request, Run } from "../command.ts";
import type { checkGradients } from "../commands/check-gradients.ts";
import { prepare, seedOf, withModel, type Subject } from "../begin.ts";
import { loadData } from "../data.ts";
import { status } from "../output.ts";
import { countOn } from "../progress.ts";
import { estimatorsOf } from "../../app/estimators.ts";

type CheckCall = Call<Request<typeof checkGradients>>;

/** What is to be checked, at which parameters; null for those that training starts from. */
interface Checked {
  readonly compiled: Checkable;
  readonly trained: Float64Array | null;
}

/**
 * `stratum check-gradients MODEL [--run RUN]`: the estimators of the gradient against each other and against
 * differences, and how noisy each of them is.
 */
export const run: Run<typeof checkGradients> = (call) =>
  withModel(call.request.args[0], call, async (subject) => {
    const { io, output, request } = call;
    const { source, config } = subject;
    const { run: folder, repeats, objectives, points } = request.flags;
    const checked = folder === null ? await atStart(subject, call) : await ofRun(folder, subject, call);
    if (!checked.ok) return checked;
    output.warn(checked.warnings, source);

    const { compiled, trained } = checked.value;
    const { engine, backend } = config.run;
    const asked = engine !== "auto" || backend !== null;
    const executor = asked
      ? await openExecutor({ engine, backend, program: compiled.step() })
      : ok(exactExecutor({ threads: 1 }));
    if (!executor.ok) return executor;
    const seed = seedOf(config, output, "repeat the check");
    const signal = io.interruptible();
    const bar = countOn(io, output.json, "estimates");
    // bounds without a number of draws have that of the options, or of the run
    const own = compiled.options.objective.T;
    const estimators = objectives?.flatMap(({ bound, T }) => estimatorsOf(compiled, { bound, T: T ?? own }));
    const settings = {
      ...{ repeats, points: points ?? (folder === null ? 3 : 1), seed, signal, onProgress: bar.update },
      ...(trained ? { trained } : {}),
    };
    const compared = await compare(compiled, executor.value, settings, estimators);
    bar.stop();
    if (!compared.ok) {
      output.fail(compared.errors, source);
      return ok(status.notTrusted);
    }
    output.text(gradientText(compared.value));
    output.data({ ok: true, ...compared.value });
    if (signal.aborted) return ok(status.interrupted);
    return ok(compared.value.agree ? status.fine : status.notTrusted);
  });

async function atStart({ loaded, config }: Subject, call: CheckCall): Promise<Outcome<Checked>> {
  // a schedule of beta is a matter of training: its end is what is checked
  const prepared = await prepare({ loaded, config: withValues(config, { betaWarmUp: 0 }) }, call);
  if (!prepared.ok) return prepared;
  return ok({ compiled: prepared.value.compiled, trained: null }, prepared.warnings);
}

/** The run's own options are those of its folder: what a model folder recommends today does not matter. */
async function ofRun(folder: string, { loaded }: Subject, call: CheckCall): Promise<Outcome<Checked>> {
  const { request } = call;
  const config = readConfig([request.options]);
  if (!config.ok) return config;
  const read = await loadRun(folder);
  if (!read.ok) return read;
  if (read.value.source.text !== loaded.source.text)
    return failed(usage.runOfOtherModel({ run: folder, model: request.args[0] }));
  const data = await loadData(call, loaded.data);
  if (!data.ok) return data;
  const compiled = await lowerRun(read.value, data.value ?? {}, config.value);
  if (!compiled.ok) return compiled;
  // places are told in the file that was named
  const named = { ...compiled.value, source: loaded.source };
  return ok({ compiled: named, trained: read.value.parameters }, compiled.warnings);
}

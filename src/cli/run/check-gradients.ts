import { checkGradients, exactExecutor } from "../../api/check-gradients.ts";
import { drawSeed } from "../../api/options.ts";
import { whole } from "../../api/readers.ts";
import { ok } from "../../diagnostics/diagnostic.ts";
import { openExecutor } from "../../execute/select.ts";
import { gradientText } from "../../report/gradients.ts";
import type { Run } from "../commands.ts";
import { configure, prepare } from "../compiling.ts";
import { readFlag } from "../flags.ts";
import { status } from "../output.ts";
import { countOn } from "../progress.ts";

/** `stratum check-gradients MODEL`: the estimators of the gradient against each other and against differences. */
export const run: Run = async (request, io, output) => {
  const repeats = readFlag(request, "repeats", whole(2), null);
  if (!repeats.ok) return output.fail(repeats.errors);
  const points = readFlag(request, "points", whole(1), 3);
  if (!points.ok) return output.fail(points.errors);
  const configured = await configure(request.args[0]!, request, io);
  if (!configured.ok) return output.fail(configured.errors);
  const { loaded } = configured.value;
  const { source } = loaded;
  // a schedule of beta is a matter of training: its end is what is checked
  const config = { ...configured.value.config, "beta-warm-up": 0 };
  const prepared = await prepare(loaded, config, request, io);
  if (!prepared.ok) return output.fail(prepared.errors, source);
  output.warn(prepared.warnings, source);

  const { compiled } = prepared.value;
  const asked = config.engine !== "auto" || config.backend !== null;
  const executor = asked
    ? await openExecutor(config.engine, config.backend, compiled.step)
    : ok(exactExecutor());
  if (!executor.ok) return output.fail(executor.errors, source);
  const seed = config.seed ?? drawSeed();
  if (config.seed === null)
    output.note(`seed ${seed} (drawn; give it with --seed to repeat the check)`);
  const signal = io.interruptible();
  const bar = countOn(io, output.json, "estimates");
  const checked = await checkGradients(compiled, executor.value, {
    repeats: repeats.value,
    points: points.value,
    seed,
    signal,
    onProgress: bar.update,
  });
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

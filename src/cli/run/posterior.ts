import { answerFor, savedAnswer } from "../../app/answer.ts";
import { evaluationOpenerOf } from "../../app/opener.ts";
import { ok } from "../../diagnostics/diagnostic.ts";
import { reportText } from "../../report/text.ts";
import type { Run } from "../command.ts";
import type { posterior } from "../commands/posterior.ts";
import { withRun } from "../begin.ts";
import { loadData } from "../data.ts";
import { status } from "../output.ts";
import { progressOn } from "../progress.ts";

/** `stratum posterior RUN [--data NEW]`: what a saved run found, or what its guide says of new data. */
export const run: Run<typeof posterior> = (call) =>
  withRun(call.request.args[0], call, async (saved, config) => {
    const { io, output, request } = call;
    const data = await loadData(call);
    if (!data.ok) return data;
    const signal = io.interruptible();
    const bar = progressOn(io, output.json);
    const hooks = { signal, onProgress: bar.update };
    const options = { seed: config.run.seed, draws: config.evaluation.draws, hooks };
    const answer =
      data.value === null
        ? savedAnswer(saved, request.args[0])
        : await answerFor(saved, data.value, evaluationOpenerOf(config.run), options);
    bar.stop();
    if (!answer.ok) return answer;
    const { report } = answer.value;
    output.warn(answer.warnings, saved.source);
    output.text(reportText(report, { color: output.colour }), output.colour);
    output.data(report);
    if (signal.aborted) return ok(status.interrupted);
    return ok(report.verdict.trusted ? status.fine : status.notTrusted);
  });

import { answerFor, savedAnswer, type Answer } from "../../api/answer.ts";
import { readConfig } from "../../api/options.ts";
import { loadRun } from "../../data/runs.ts";
import { evaluationOpenerOf } from "../../api/opener.ts";
import { reportText } from "../../report/text.ts";
import type { Run } from "../commands.ts";
import { loadData } from "../data.ts";
import { status } from "../output.ts";

/** `stratum posterior RUN [--data NEW]`: what a saved run found, or what its guide says of new data. */
export const run: Run = async (request, io, output) => {
  const folder = request.args[0]!;
  const config = readConfig([{ given: request.given, where: "stratum posterior" }]);
  if (!config.ok) return output.fail(config.errors);
  const loaded = await loadRun(folder);
  if (!loaded.ok) return output.fail(loaded.errors);
  const { source } = loaded.value;
  const report = ({ report }: Answer): number => {
    output.text(reportText(report, { color: output.colour }));
    output.data(report);
    return report.verdict.trusted ? status.fine : status.notTrusted;
  };

  const model = { source, data: null, nearData: null, options: { given: {}, where: "" } };
  const data = await loadData(request, model, io);
  if (!data.ok) return output.fail(data.errors, source);
  if (data.value === null) {
    const saved = savedAnswer(loaded.value, folder);
    return saved.ok ? report(saved.value) : output.fail(saved.errors, source);
  }

  const { seed, "evidence-draws": draws } = config.value;
  const open = evaluationOpenerOf(config.value);
  const answer = await answerFor(loaded.value, data.value, open, { seed, draws });
  if (!answer.ok) return output.fail(answer.errors, source);
  output.warn(answer.warnings, source);
  return report(answer.value);
};

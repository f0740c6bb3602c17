import { bind } from "../../bind/bind.ts";
import { ok } from "../../diagnostics/diagnostic.ts";
import { toJson } from "../../diagnostics/render.ts";
import { analyse } from "../../graph/instance.ts";
import { treatmentText, treatmentsOf } from "../../graph/treatment.ts";
import { checkSource } from "../../pipeline.ts";
import type { Run } from "../command.ts";
import type { check } from "../commands/check.ts";
import { withModel } from "../begin.ts";
import { loadData } from "../data.ts";
import { counted, status } from "../output.ts";

/** `stratum check MODEL [--data FILE]`: every mistake in the model, and in its data when there are some. */
export const run: Run<typeof check> = (call) =>
  withModel(call.request.args[0], call, async ({ loaded, source, config, warnings: before }) => {
    const { output } = call;
    const checked = checkSource(source, config.model.set);
    if (!checked.ok) return checked;
    const { model } = checked.value;
    const data = await loadData(call, loaded.data);
    if (!data.ok) return data;
    const numbers = data.value === null ? null : bind(model, data.value, { sizes: config.model.sizes });
    if (numbers !== null && !numbers.ok) return numbers;

    const warnings = [...before, ...checked.warnings, ...(numbers?.warnings ?? [])];
    output.warn(warnings, source);
    const sizes = numbers === null ? {} : Object.fromEntries(numbers.value.sizes);
    const nodes = model.nodes.filter(({ kind }) => kind === "latent" || kind === "observed");
    const latents = nodes.filter(({ kind }) => kind === "latent").length;
    output.text(
      [
        `${source.path}: fine`,
        counted(latents, "latent site"),
        counted(nodes.length - latents, "observed site"),
        ...Object.entries(sizes).map(([name, value]) => `${name} = ${value}`),
      ].join(", ") + "\n",
    );
    const discrete = treatmentsOf(model, numbers && analyse(checked.value.graph, numbers.value).enumeration);
    if (discrete.length > 0) output.text(discrete.map((each) => `  ${treatmentText(each)}\n`).join(""));
    const discreteOf = (name: string) => {
      const found = discrete.find(({ site }) => site === name);
      return found ? { discrete: { treatment: found.how, values: found.values } } : {};
    };
    output.data({
      ok: true,
      name: model.name,
      sites: nodes.map(({ kind, plates, ...node }) => ({
        name: "name" in node ? node.name : kind,
        kind,
        plates,
        ...discreteOf("name" in node ? node.name : ""),
      })),
      sizes,
      diagnostics: toJson(warnings, source),
    });
    return ok(status.fine);
  });

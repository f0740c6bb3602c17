import { bind } from "../../bind/bind.ts";
import type { Run } from "../commands.ts";
import { loadData } from "../data.ts";
import { configure } from "../compiling.ts";
import { counted, status } from "../output.ts";
import { analyse } from "../../graph/instance.ts";
import { treatmentText, treatmentsOf } from "../../graph/treatment.ts";
import { toJson } from "../../diagnostics/render.ts";
import { checkSource } from "../../pipeline.ts";

/** `stratum check MODEL [--data FILE]`: every mistake in the model, and in its data when there are some. */
export const run: Run = async (request, io, output) => {
  const configured = await configure(request.args[0]!, request, io);
  if (!configured.ok) return output.fail(configured.errors);
  const { loaded, config } = configured.value;
  const { source } = loaded;

  const checked = checkSource(source, config.set);
  if (!checked.ok) return output.fail(checked.errors, source);
  const { model } = checked.value;
  const data = await loadData(request, loaded, io);
  if (!data.ok) return output.fail(data.errors, source);
  const numbers = data.value === null ? null : bind(model, data.value, { sizes: config.size });
  if (numbers !== null && !numbers.ok) return output.fail(numbers.errors, source);

  const warnings = [...configured.warnings, ...checked.warnings, ...(numbers?.warnings ?? [])];
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
  return status.fine;
};

import { bind } from "../../model/bind.ts";
import type { Run } from "../commands.ts";
import { loadData } from "../data.ts";
import { loadModel } from "../load.ts";
import { readConfig } from "../options.ts";
import { counted, status } from "../output.ts";
import { toJson } from "../../diagnostics/render.ts";
import { checked } from "../stages.ts";

/** `stratum check MODEL [--data FILE]`: every mistake in the model, and in its data when there are some. */
export const run: Run = async (request, io, output) => {
  const loaded = await loadModel(request.args[0]!, io);
  if (!loaded.ok) return output.fail(loaded.errors);
  const { source } = loaded.value;
  const config = readConfig([{ given: request.given, where: "stratum check" }]);
  if (!config.ok) return output.fail(config.errors);
  const { set, size } = config.value;

  const model = checked(source, set);
  if (!model.ok) return output.fail(model.errors, source);
  const data = await loadData(request, loaded.value, io);
  if (!data.ok) return output.fail(data.errors, source);
  const bound = data.value === null ? null : bind(model.value, data.value, { sizes: size });
  if (bound !== null && !bound.ok) return output.fail(bound.errors, source);

  const warnings = [...model.warnings, ...(bound?.warnings ?? [])];
  output.warn(warnings, source);
  const sizes = bound === null ? {} : Object.fromEntries(bound.value.sizes);
  const nodes = model.value.nodes.filter(({ kind }) => kind === "latent" || kind === "observed");
  const latents = nodes.filter(({ kind }) => kind === "latent").length;
  output.text(
    [
      `${source.path}: fine`,
      counted(latents, "latent site"),
      counted(nodes.length - latents, "observed site"),
      ...Object.entries(sizes).map(([name, value]) => `${name} = ${value}`),
    ].join(", ") + "\n",
  );
  output.data({
    ok: true,
    name: model.value.name,
    sites: nodes.map(({ kind, plates, ...node }) => ({
      name: "name" in node ? node.name : kind,
      kind,
      plates,
    })),
    sizes,
    diagnostics: toJson(warnings, source),
  });
  return status.fine;
};

import * as usage from "../../diagnostics/catalogue/usage.ts";
import { checkSource } from "../../pipeline.ts";
import { simulate } from "../../posterior/simulate.ts";
import { nest } from "../../posterior/summary.ts";
import type { HostTensor } from "../../tensor/shape.ts";
import type { Run } from "../commands.ts";
import { configure } from "../compiling.ts";
import { loadData } from "../data.ts";
import { write } from "../../data/files.ts";
import { drawSeed } from "../../api/options.ts";
import { status } from "../output.ts";
import { bindUnobserved } from "../../bind/unobserved.ts";

/** `stratum simulate MODEL`: one draw of latents and data from the model, as a data file that `infer` reads. */
export const run: Run = async (request, io, output) => {
  const configured = await configure(request.args[0]!, request, io);
  if (!configured.ok) return output.fail(configured.errors);
  const { loaded, config } = configured.value;
  const { source } = loaded;
  output.warn(configured.warnings, source);
  const checked = checkSource(source, config.set);
  if (!checked.ok) return output.fail(checked.errors, source);
  const { model } = checked.value;
  const [learned, ...more] = [...model.params, ...model.nets];
  if (learned) {
    const names = [learned, ...more].map(({ name }) => name);
    return output.fail([usage.simulatesUnlearned({ names, span: learned.span })], source);
  }

  // Sizes that are asked for win over the lengths of the data of a model folder.
  const given = request.flags["data"];
  const folder = Object.keys(config.size).length > 0 ? null : loaded.data;
  const data = await loadData(request, { ...loaded, data: folder }, io);
  if (!data.ok) return output.fail(data.errors, source);
  const numbers = bindUnobserved(model, data.value ?? {}, config.size);
  if (!numbers.ok) return output.fail(numbers.errors, source);
  output.warn([...checked.warnings, ...numbers.warnings], source);

  const seed = config.seed ?? drawSeed();
  if (config.seed === null) output.note(`seed ${seed} (drawn; give it with --seed to draw the same)`);
  const simulated = simulate(model, numbers.value, seed);
  if (!simulated.ok) return output.fail(simulated.errors, source);
  const drawn = simulated.value;

  const all = new Map([...numbers.value.data, ...drawn.data]);
  const values = named(all);
  const out = request.flags["out"];
  if (typeof out === "string") {
    const problem = await write(out, `${JSON.stringify(values)}\n`);
    if (problem !== null) return output.fail([usage.unwritable({ path: out, problem })]);
    output.note(`wrote ${out}`);
  } else output.text(`${JSON.stringify(values)}\n`);
  output.data({
    ok: true,
    model: model.name,
    seed,
    sizes: Object.fromEntries(numbers.value.sizes),
    ...(Array.isArray(given) ? { from: given.join(", ") } : {}),
    data: values,
    latents: named(drawn.latents),
  });
  return status.fine;
};

function named(tensors: ReadonlyMap<string, HostTensor>) {
  return Object.fromEntries([...tensors].map(([name, { shape, values }]) => [name, nest(shape, values)]));
}

import { bindUnobserved } from "../../bind/unobserved.ts";
import * as drawing from "../../diagnostics/catalogue/draws.ts";
import { failed, ok } from "../../diagnostics/diagnostic.ts";
import { checkSource } from "../../pipeline.ts";
import { simulate as draw } from "../../posterior/simulate.ts";
import { nest } from "../../posterior/summary.ts";
import type { HostTensor } from "../../tensor/shape.ts";
import type { Run } from "../command.ts";
import type { simulate } from "../commands/simulate.ts";
import { seedOf, withModel } from "../begin.ts";
import { loadData } from "../data.ts";
import { status, save } from "../output.ts";

/** `stratum simulate MODEL`: one draw of latents and data from the model, as a data file that `infer` reads. */
export const run: Run<typeof simulate> = (call) =>
  withModel(call.request.args[0], call, async ({ loaded, source, config, warnings }) => {
    const { output } = call;
    const { set, sizes } = config.model;
    output.warn(warnings, source);
    const checked = checkSource(source, set);
    if (!checked.ok) return checked;
    const { model } = checked.value;
    const [learned, ...more] = [...model.params, ...model.nets];
    if (learned) {
      const names = [learned, ...more].map(({ name }) => name);
      return failed(drawing.simulatesUnlearned({ names, span: learned.span }));
    }

    // Sizes that are asked for win over the lengths of the data of a model folder.
    const data = await loadData(call, Object.keys(sizes).length > 0 ? null : loaded.data);
    if (!data.ok) return data;
    const numbers = bindUnobserved(model, data.value ?? {}, sizes);
    if (!numbers.ok) return numbers;
    output.warn([...checked.warnings, ...numbers.warnings], source);

    const seed = seedOf(config, output, "draw the same");
    const simulated = draw(model, numbers.value, seed);
    if (!simulated.ok) return simulated;
    const drawn = simulated.value;

    const values = named(new Map([...numbers.value.data, ...drawn.data]));
    const text = `${JSON.stringify(values)}\n`;
    const { out, data: given } = call.request.flags;
    if (out === null) output.content(text);
    else {
      const saved = await save(out, text);
      if (!saved.ok) return saved;
      output.note(`wrote ${out}`);
    }
    output.data({
      ok: true,
      model: model.name,
      seed,
      sizes: Object.fromEntries(numbers.value.sizes),
      ...(given === null ? {} : { from: given.join(", ") }),
      data: values,
      latents: named(drawn.latents),
    });
    return ok(status.fine);
  });

function named(tensors: ReadonlyMap<string, HostTensor>) {
  return Object.fromEntries([...tensors].map(([name, { shape, values }]) => [name, nest(shape, values)]));
}

import * as usage from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import { checkSource, compileSource, type Compiled } from "../pipeline.ts";
import type { Request } from "./commands.ts";
import { loadData } from "./data.ts";
import type { Io } from "./io.ts";
import { loadModel, type Loaded } from "./load.ts";
import { compileOptions, readConfig, type Config } from "../api/options.ts";

/** A compiled model, and what it was compiled from. */
export interface Prepared {
  readonly compiled: Compiled;
  readonly config: Config;
  /** Milliseconds that the compiler took, reading files not counted. */
  readonly milliseconds: number;
}

/** The model's text and every option: what the command line says over what the model folder recommends. */
export async function configure(
  path: string,
  request: Request,
  io: Io,
): Promise<Outcome<{ readonly loaded: Loaded; readonly config: Config }>> {
  const loaded = await loadModel(path, io);
  if (!loaded.ok) return loaded;
  const config = readConfig([loaded.value.options, { given: request.given, where: `stratum ${request.command}` }]);
  return config.ok ? ok({ loaded: loaded.value, config: config.value }, loaded.warnings) : config;
}

/** Compiles a model with its data. The model is checked before the data are missed: its mistakes come first. */
export async function prepare(loaded: Loaded, config: Config, request: Request, io: Io): Promise<Outcome<Prepared>> {
  const data = await loadData(request, loaded, io);
  if (!data.ok) return data;
  if (data.value === null) {
    const checked = checkSource(loaded.source, config.set);
    if (!checked.ok) return checked;
    const needs = checked.value.model.data.map(({ name }) => name);
    if (needs.length > 0)
      return failed(
        usage.noDataGiven({
          what: `\`stratum ${request.command}\``,
          model: checked.value.model.name,
          needs,
          near: loaded.nearData,
        }),
      );
  }
  const began = performance.now();
  const compiled = compileSource(loaded.source, data.value ?? {}, {
    ...compileOptions(config),
    set: config.set,
    sizes: config.size,
  });
  if (!compiled.ok) return compiled;
  const milliseconds = performance.now() - began;
  return ok({ compiled: compiled.value, config, milliseconds }, compiled.warnings);
}

import { resumesOtherFit } from "../diagnostics/catalogue/long.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Config } from "../options/config.ts";
import { flagName } from "../options/option.ts";
import { textOf } from "../options/print.ts";
import { optionNames, type OptionName } from "../options/rows.ts";
import type { Compiled } from "../pipeline.ts";
import type { FitIdentity } from "../posterior/checkpoint.ts";
import { encodeJson } from "../posterior/json.ts";
import { fingerprints, sha256 } from "../posterior/record.ts";

/** Options that decide how soon a fit is there, and not what it comes to. */
const free: ReadonlySet<OptionName> = new Set(["seed", "threads", "timeLimit"] as const);
/** What stands for the test set among the data: no name of a model's. */
const testSet = "--test";

export interface IdentifyRequest {
  readonly compiled: Compiled;
  readonly config: Config;
  readonly seed: number;
  readonly version: string;
  readonly test: Readonly<Record<string, unknown>> | null;
}

/** Everything that decides what a fit comes to. */
export async function identityOf({ compiled, config, seed, version, test }: IdentifyRequest): Promise<FitIdentity> {
  const { values, given } = config;
  const bytes = (text: string) => new TextEncoder().encode(text);
  const data = Object.entries(await fingerprints(compiled.numbers.data)).map(([name, found]) => [name, found.sha256]);
  const options = optionNames
    .filter((name) => !free.has(name))
    .map((name) => {
      const value = values[name] === null ? "none" : textOf(values[name]);
      // what nobody gave, a strategy may choose
      return [flagName(name), given.has(name) ? value : `${value} (not given)`];
    });
  const tested = test ? { [testSet]: await sha256(bytes(encodeJson(test))) } : {};
  return {
    version,
    model: await sha256(bytes(compiled.source.text)),
    seed,
    options: Object.fromEntries(options) as Record<string, string>,
    data: { ...(Object.fromEntries(data) as Record<string, string>), ...tested },
  };
}

/** What differs between the fit of a checkpoint and the one that is asked for, by name; null where nothing does. */
export function differenceOf(was: FitIdentity, is: FitIdentity, checkpoint: string): Diagnostic | null {
  const told = (what: string, before: string | null = null, now: string | null = null): Diagnostic =>
    resumesOtherFit({ checkpoint, what, was: before, is: now });
  if (was.model !== is.model) return told("the text of the model");
  const data = firstOther(was.data, is.data);
  if (data !== null) return told(data === testSet ? "the test set" : `data \`${data}\``);
  if (was.seed !== is.seed) return told("`--seed`", String(was.seed), String(is.seed));
  const option = firstOther(was.options, is.options);
  if (option !== null) return told(`\`--${option}\``, was.options[option] ?? null, is.options[option] ?? null);
  if (was.version !== is.version) return told("the version of stratum", was.version, is.version);
  return null;
}

function firstOther(was: Readonly<Record<string, string>>, is: Readonly<Record<string, string>>): string | null {
  return [...Object.keys(was), ...Object.keys(is)].find((name) => was[name] !== is[name]) ?? null;
}

import { written } from "../options/config.ts";
import { flagName } from "../options/option.ts";
import { byFlag } from "../options/rows.ts";
import { optionValue } from "../diagnostics/catalogue/usage.ts";
import { outcome, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Request, Usage } from "./command.ts";

/** A command line that has been taken apart, its values still texts. */
export interface Words {
  /** One for each argument of the command. */
  readonly args: readonly unknown[];
  /** Options by their long names, without dashes. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What the words ask for: the command's own options are read, those of `infer` are kept for the model folder's. */
export function requestOf<U extends Usage>(row: U, words: Words): Outcome<Request<U>> {
  const where = `stratum ${row.name}`;
  const mistakes: Diagnostic[] = [];
  const flags: Record<string, unknown> = {};
  for (const [name, { kind, otherwise }] of Object.entries(row.options)) {
    const flag = flagName(name);
    if (byFlag.has(flag)) continue;
    const found = words.options[flag];
    const value = found === undefined ? otherwise : written.read(kind, found);
    if (found === undefined || kind.holds(value)) flags[name] = value;
    else {
      const { expected, choices } = kind;
      mistakes.push(optionValue({ option: `--${flag}`, found: written.shown(kind, found), expected, choices, where }));
    }
  }
  const given = Object.fromEntries(Object.entries(words.options).filter(([name]) => byFlag.has(name)));
  const options = { door: written, given, where };
  // the row says which arguments there are and of which kinds the options are
  const read = { command: row.name, args: words.args, flags, options } as Request<U>;
  return outcome(() => read, mistakes);
}

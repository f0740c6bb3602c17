import type { Diagnostic } from "../diagnostic.ts";
import { list, usage } from "./make.ts";

/** Codes 830 to 839: how options go together. */

type Idle = {
  /** As it is written there: `--K` on the command line, `K` in a program. */
  readonly option: string;
  readonly where: string;
} & (
  | {
      /** Settings of other options under which it would matter, as they are written there; how one of them stands. */
      readonly wanted: readonly string[];
      readonly found: string;
      /** The file that recommends what was found; null where that is a default, or was given. */
      readonly by: string | null;
    }
  | { readonly purpose: string; readonly but: string }
);

/** An option was asked for that changes nothing. */
export function optionIdle(at: Idle): Diagnostic {
  if ("purpose" in at)
    return usage(
      "PPL830",
      `\`${at.option}\` changes nothing here: it is for ${at.purpose}, and ${at.but}`,
      at.where,
      "leave it out",
    );
  const by = at.by === null ? "" : `, which \`${at.by}\` recommends`;
  return usage(
    "PPL830",
    `\`${at.option}\` changes nothing here: it is for ${list(at.wanted, "or")}, and this is \`${at.found}\`${by}`,
    at.where,
    `leave it out, or give \`${at.wanted[0]}\``,
  );
}

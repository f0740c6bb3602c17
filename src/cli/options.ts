import { anyText, list, yesOrNo } from "../options/kinds.ts";
import { option, optional, type Option, type ValuesOf } from "../options/option.ts";

/** Options that several commands have, beside those of `infer`. */

/** Something that is either asked for or not. */
export const flag = (doc: string): Option<boolean> => option("", yesOrNo, false, doc);

/** A text that may be given several times. */
export const texts = (argument: string, doc: string): Option<readonly string[], null> =>
  optional(argument, list(anyText, "a text"), doc, { repeats: true });

/** Where a result goes. */
export const outFile = optional("file", anyText, "write to a file");

export const dataOptions = {
  data: texts(
    "file",
    "JSON, CSV or TSV; NAME=FILE for one datum, then IDX too; gzipped or not; `-` for JSON on standard input",
  ),
  select: texts("name=part", "keep a part of a datum: `x=[0..1000, :, 3]`"),
  scale: texts("name=ranges", "map a datum linearly, a to c and b to d: `x=0..255:-1..1`"),
  dataFolder: optional("dir", anyText, "where the files are that a data file names (default: beside it)"),
};

/** What a command was told of data. */
export type DataFlags = ValuesOf<typeof dataOptions>;

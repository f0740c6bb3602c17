import type { Format } from "./format.ts";
import { idx } from "./formats/idx.ts";
import { json } from "./formats/json.ts";
import { csv, tsv } from "./formats/table.ts";

/** The data files that are read, `.gz` after any of them passed over. To read another kind, add its row. */
export const formats: readonly Format[] = [json, csv, tsv, idx];

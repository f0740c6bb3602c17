import { fileURLToPath } from "node:url";
import { runCases } from "../cases.ts";
import { modelViews } from "../model/views.ts";

runCases(fileURLToPath(new URL("../cases/check", import.meta.url)), modelViews);

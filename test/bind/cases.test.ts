import { fileURLToPath } from "node:url";
import { runCases } from "../cases.ts";
import { dataViews } from "../model/views.ts";

runCases(fileURLToPath(new URL("../cases/bind", import.meta.url)), dataViews);

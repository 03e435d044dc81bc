// The engine over the addon, for the conformance runner.
import { Engine } from "@spendgate/node";
import { serve } from "../../bindings-wasm/tests/server.mjs";

await serve(Engine);

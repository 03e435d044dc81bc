// A page that runs the portable suite when it is asked to.

import OpenAI from "openai-7";
import * as edge from "spendgate/edge";
import * as spendgate from "spendgate";
import { run } from "../portable/suite.mjs";

globalThis.suite = (host) => run({ spendgate, edge, OpenAI, ...host });

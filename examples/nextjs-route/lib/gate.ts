import OpenAI from "openai";
import { SpendGate } from "spendgate";

// One gate for the process: it holds the counters.
export const gate = new SpendGate({ policy: process.env["SPENDGATE_POLICY"] });

export const openai = gate.wrap(new OpenAI());

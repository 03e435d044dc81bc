// LangChain before 1.0: its packages ask for one another, so it has a folder of its own.
export { HumanMessage } from "@langchain/core/messages";
export { ChatOpenAI } from "@langchain/openai";

// What a user of openapi-typescript and openapi-fetch writes. Its types are checked by tsc.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.d.ts";

declare const process: { env: Record<string, string> };

type Failure = components["schemas"]["ErrorEnvelope"];

const client = createClient<paths>({
  baseUrl: process.env.MOCK_URL,
  headers: { Authorization: `Bearer ${process.env.MOCK_TOKEN}` },
});

/** The object of a success: an error may come under status 200, too. */
function good<T>(answer: { data?: T }): Exclude<T, Failure | string | null> {
  const { data } = answer;
  if (!data || typeof data !== "object" || "error" in data) {
    throw new Error(JSON.stringify(answer));
  }
  return data as Exclude<T, Failure | string | null>;
}

const tool: components["schemas"]["FunctionTool"] = {
  type: "function",
  function: { name: "get_weather", parameters: { type: "object", properties: {} } },
};
const message: components["schemas"]["UserMessage"] = { role: "user", content: "你好" };

const assistant = good(await client.POST("/v2/assistants", { body: { name: "天气助手" } }));
const tooled = good(
  await client.POST("/v2/assistants", { body: { name: "工具", tools: [tool], response_format: "text" } }),
);

const run = good(
  await client.POST("/v2/threads/runs", {
    body: { assistant_id: assistant.id, thread: { messages: [message] }, stream: false },
  }),
);

const streamed = await client.POST("/v2/threads/runs", {
  body: { assistant_id: assistant.id, thread: { messages: [message] }, stream: true },
  headers: { Accept: "text/event-stream" },
  parseAs: "text",
});
// The type of a stream is the text that it is.
const events: string = streamed.data as Extract<typeof streamed.data, string>;

const file = good(
  await client.POST("/v2/storage/files", {
    params: { query: { purpose: "assistant" } },
    body: { file: "你好，文件" },
    bodySerializer(body) {
      const form = new FormData();
      form.append("file", new Blob([body.file]), "note.txt");
      return form;
    },
  }),
);
const which = { file_id: file.id };
const downloaded = await client.POST("/v2/storage/files/download", { body: which, parseAs: "text" });
// The file comes first: its bytes are what is typed, and an error is the other choice.
const bytes: string | Failure | undefined = downloaded.data;

const listed = good(await client.POST("/v2/storage/files/list"));

console.log(
  JSON.stringify({
    assistant: assistant.name,
    tools: tooled.tools?.map((one) => one.function?.name),
    run: run.status,
    events: [...events.matchAll(/^event: (\w+)$/gm)].map((found) => found[1]),
    file: bytes,
    listed: listed.data.length,
  }),
);

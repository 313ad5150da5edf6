import { context, propagation, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { createNexusClient } from "nexus-sync-client";
import { createSpans } from "./spans.mjs";
import { traceHeaders } from "./trace-headers.mjs";

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = provider.getTracer("caller");

const { url, username, password, body } = JSON.parse(process.env.ENVIRONMENT);
const sent = [];
const client = createNexusClient({
  ...{ baseUrl: url, credentials: { type: "basic", username, password: async () => password } },
  fetch: (...request) => {
    sent.push(request[1].headers.traceparent);
    return fetch(...request);
  },
  onEvent: createSpans(tracer),
});
const unsent = createNexusClient({
  baseUrl: url,
  credentials: { type: "basic", username, password: () => "" },
  onEvent: createSpans(tracer),
});

const signIn = tracer.startSpan("sign-in");
await context.with(trace.setSpan(context.active(), signIn), () =>
  Promise.all([
    ...["u-ada", "u-nobody"].map((id) => client.safeSyncUserIdentity(id, body, { headers: traceHeaders() })),
    unsent.safeSyncUserIdentity("u-ada", body),
  ]),
);
signIn.end();

const { traceId, spanId } = signIn.spanContext();
const spans = exporter.getFinishedSpans().filter(({ name }) => name !== "sign-in");
console.log(
  JSON.stringify({
    sent: sent.map((header) => header === `00-${traceId}-${spanId}-01`),
    spans: spans
      .map(({ parentSpanContext, status, attributes, events, duration }) => ({
        isChild: parentSpanContext?.spanId === spanId,
        isError: status.code === SpanStatusCode.ERROR,
        status: attributes["http.response.status_code"],
        errorType: attributes["error.type"],
        hasRequestId: /^[0-9a-f-]{36}$/.test(attributes["nexus.request_id"]),
        events: events.map((event) => event.name),
        isTimed: duration[0] * 1e9 + duration[1] > 0,
      }))
      .sort((a, b) => (a.status ?? 0) - (b.status ?? 0)),
  }),
);

// Node's own SDK, set up by environment variables alone: 600 spans, three log records, and an end in order.
const { NodeSDK } = require('@opentelemetry/sdk-node');
const { trace, SpanKind, SpanStatusCode } = require('@opentelemetry/api');
const { logs } = require('@opentelemetry/api-logs');

const sdk = new NodeSDK();
sdk.start();
const tracer = trace.getTracer('plant');
for (let number = 0; number < 600; number += 1) {
  const span = tracer.startSpan('receive', { kind: SpanKind.CONSUMER });
  span.setAttributes({
    'mfg.event.type': 'work_order.received',
    'mfg.object.production_order': `NODE-${process.env.RUN}-${number}`,
    'mfg.quantity': number,
    'mfg.share': 0.5,
    large: Number.MAX_SAFE_INTEGER,
  });
  if (number === 0) {
    span.recordException(new Error('press 4 stands'));
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'press 4 stands' });
  }
  span.end();
}
for (let number = 0; number < 3; number += 1) {
  logs.getLogger('plant').emit({ body: `node ${process.env.RUN} ${number}`, severityNumber: 9 });
}
sdk.shutdown().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});

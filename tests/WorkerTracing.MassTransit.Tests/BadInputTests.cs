using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using MassTransit;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>What stands in a message's headers was written by another program.</summary>
[NonParallelizable] // the near-misses share one trace id with each other and with other tests, and every TracerProvider records all jobs
public sealed class BadInputTests
{
    /// <summary>Everything else that is read of a message.</summary>
    private static readonly string[] OtherHeaders =
    [
        "MT-Activity-Id", "MT-Activity-Propagation", MessageSchedule.DueHeader, ConsumeAttempt.Header, MessageHeaders.SchedulingTokenId,
        MessageHeaders.RedeliveryCount, MessageHeaders.Quartz.Scheduled, MessageHeaders.Quartz.ScheduleId,
    ];

    /// <summary>What a serializer takes, and a trace's header never is.</summary>
    private static readonly Gen<object?> Mistyped = Gen.Elements<object?>(
        null, true, 42, -1, long.MaxValue, 1.5, double.MaxValue, Guid.Empty, DateTime.MaxValue,
        new[] { "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" }, new byte[] { 0, 255 },
        new Dictionary<string, object> { ["traceparent"] = "x" }, new Uri("x", UriKind.Relative),
        "1;00-nonsense", "1000001;", "-1;", ";;", "9999-12-31T23:59:59.9999999Z", "0001-01-01T00:00:00.0000000+14:00");

    private static readonly Gen<(string Name, object? Value)[]> Headers =
        from parent in BadHeaders.OrAnything(BadHeaders.TraceParent, Mistyped)
        from state in BadHeaders.OrAnything(BadHeaders.TraceState, Mistyped)
        from baggage in BadHeaders.OrAnything(BadHeaders.Baggage, Mistyped)
        from other in Gen.Elements(OtherHeaders)
        from value in Gen.OneOf(Mistyped, BadHeaders.OrAnything(BadHeaders.TraceParent, Mistyped))
        select new[] { ("traceparent", parent), ("tracestate", state), ("baggage", baggage), (other, value) };

    [Test]
    public async Task Consume_WithAnyHeaders_AnswersFromAValidSpan([Values] FlushMode flush)
    {
        await using TestBus bus = await TestBus.StartAsync(
            static x =>
            {
                x.AddConsumer<StockConsumer>();
                x.AddRequestClient<ReserveStock>();
            },
            options: new WorkerTracingOptions { Flush = flush, CaptureArguments = true },
            tracing: static tracing => tracing.SetSampler(new AlwaysOnSampler())); // a header may well say that its trace is not sampled
        IRequestClient<ReserveStock> client = bus.Bus.CreateRequestClient<ReserveStock>();
        int sent = 0;

        Prop.ForAll(Headers.ToArbitrary(), headers =>
        {
            string order = $"{++sent}";
            Response<StockReserved> response = client.GetResponse<StockReserved>(
                new ReserveStock(order),
                request => request.UseExecute(context =>
                {
                    foreach ((string name, object? value) in headers)
                        context.Headers.Set(name, value, true);
                })).GetAwaiter().GetResult();
            Activity job = bus.JobsAsync(sent).GetAwaiter().GetResult()[^1];

            Assert.That(response.Message.Order, Is.EqualTo(order), "the consumer's own answer");
            Assert.That(job.GetTagItem("workflow.execution.result"), Is.EqualTo("success"));
            Assert.That((job.TraceId, job.SpanId), Is.Not.EqualTo((default(ActivityTraceId), default(ActivitySpanId))));
            Assert.That((int)job.GetTagItem("worker_tracing.attempt")!, Is.InRange(1, 1_000_001));
            if (job.ParentSpanId != default)
                Assert.That(
                    headers.Select(static header => header.Value?.ToString() ?? ""),
                    Has.Some.Contains(job.ParentSpanId.ToHexString()),
                    "a parent is what a header says");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(FullRun.IsOn ? 60 : 20));
    }
}

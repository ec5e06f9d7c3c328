using System.Diagnostics;
using WorkerTracing.Testing;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>A real worker against a real broker, killed while it works.</summary>
[NonParallelizable]
public sealed class KillTests
{
    private const int Messages = 400;

    [TestCase(20)]
    [TestCase(80)]
    [TestCase(200)]
    public async Task Kill_WhileConsumingWithWait_WhatTheBrokerNoLongerHoldsIsAtTheReceiver(int afterSpans)
    {
        await using var receiver = new OtlpReceiver();

        Outcome outcome = await RunAsync(receiver, FlushMode.Wait, _ => Traces(receiver).Count >= afterSpans);

        HashSet<string> traces = Traces(receiver);
        Assert.That(outcome.Consumed, Is.Not.Empty, "the worker had consumed something");
        Assert.That(outcome.Held, Is.GreaterThan(0), "it was killed in the middle");
        Assert.That(outcome.Consumed.Except(traces), Is.Empty, "messages that are gone without a trace");
        TestContext.Out.WriteLine(
            $"consumed {outcome.Consumed.Count}, held {outcome.Held}, traces {traces.Count}, requests {receiver.Requests}");
    }

    /// <summary>Shows that the test above can fail: without the flush, the same kill loses what the schedule had not sent yet.</summary>
    [Test]
    public async Task Kill_WhileConsumingWithoutAFlush_SomeOfWhatTheBrokerNoLongerHoldsIsMissing()
    {
        await using var receiver = new OtlpReceiver();

        Outcome outcome = await RunAsync(receiver, FlushMode.None, static waiting => waiting <= Messages / 2);

        Assert.That(outcome.Consumed, Is.Not.Empty);
        Assert.That(outcome.Consumed.Except(Traces(receiver)), Is.Not.Empty);
    }

    [Test]
    public async Task Kill_WithAFlightRecorder_TheJobOfTheMessageThatIsDeliveredAgainLinksToTheOneThatDied()
    {
        Uri address = RabbitMq.Address;
        await using var receiver = new OtlpReceiver();
        string queue = RabbitMq.NewQueue();
        await using PlainProducer producer = await PlainProducer.ConnectAsync(address, queue);
        await producer.PublishAsync("""{"number":-1}""", messageId: Guid.NewGuid());
        DirectoryInfo directory = Directory.CreateTempSubdirectory("masstransit-kill");
        WorkerProcess Start(bool ends) => WorkerProcess.Start(
            address, queue, new Uri(receiver.Endpoint, "v1/traces"), FlushMode.Background, prefetch: 1, directory.FullName, ends);

        string died;
        await using (WorkerProcess first = Start(ends: false))
        {
            died = await first.ConsumesAsync();
            await first.KillAsync();
        }

        string next;
        await using (WorkerProcess second = Start(ends: true))
        {
            next = await second.ConsumesAsync();
            await Until.TrueAsync(
                () => new[] { died, next }.All(id => receiver.Spans.Any(span => span.SpanId == id)), "both attempts have been exported");
        }

        directory.Delete(recursive: true);
        Assert.That(Span(receiver, died).Attributes["error.type"], Is.EqualTo("abandoned"));
        Assert.That(Span(receiver, next).LinkedSpanIds, Is.EqualTo(new[] { died }));
        Assert.That(Span(receiver, next).Attributes["workflow.execution.result"], Is.EqualTo("success"));
    }

    private static OtlpSpan Span(OtlpReceiver receiver, string id) => receiver.Spans.First(span => span.SpanId == id);

    private static HashSet<string> Traces(OtlpReceiver receiver) => [.. receiver.Spans.Select(static span => span.TraceId)];

    private static async Task<Outcome> RunAsync(OtlpReceiver receiver, FlushMode flush, Func<uint, bool> isTimeToKill)
    {
        Uri address = RabbitMq.Address;
        string queue = RabbitMq.NewQueue();
        await using PlainProducer producer = await PlainProducer.ConnectAsync(address, queue);
        List<string> published = [];
        for (int i = 0; i < Messages; i++)
        {
            var trace = ActivityTraceId.CreateRandom();
            published.Add(trace.ToHexString());
            await producer.PublishAsync($$"""{"number":{{i}}}""", new Dictionary<string, object?>
            {
                ["traceparent"] = PlainProducer.TraceParent(trace, ActivitySpanId.CreateRandom()),
            });
        }

        await using (var worker = WorkerProcess.Start(address, queue, new Uri(receiver.Endpoint, "v1/traces"), flush, prefetch: 16))
        {
            await UntilAsync(
                async () =>
                {
                    worker.ThrowIfEnded();
                    return isTimeToKill((await producer.StateAsync()).Messages);
                },
                "it is time to kill the worker");
            await worker.KillAsync();
        }

        await UntilAsync(async () => (await producer.StateAsync()).Consumers == 0, "the broker has taken back what the worker held");
        HashSet<string> held = [.. (await producer.DrainAsync()).Select(static header => header.Split('-')[1])];
        return new Outcome([.. published.Where(trace => !held.Contains(trace))], held.Count);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        long started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(60))
                throw new TimeoutException($"Within a minute it did not come true that {what}.");
            await Task.Yield();
        }
    }

    private sealed record Outcome(List<string> Consumed, int Held);
}

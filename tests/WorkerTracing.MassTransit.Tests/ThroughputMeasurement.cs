using System.Diagnostics;
using System.Globalization;
using System.Net;
using WorkerTracing.Testing;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>
/// The numbers in docs/frameworks/masstransit.md: messages a second through a real worker and a real broker, by flush mode.
/// </summary>
[NonParallelizable]
[Explicit("A measurement: it takes minutes, and asserts nothing.")]
public sealed class ThroughputMeasurement
{
    [Test]
    public async Task Measure([Values(1, 16, 64, 256)] int prefetch, [Values(0, 20)] int receiverMilliseconds)
    {
        foreach (FlushMode flush in new[] { FlushMode.None, FlushMode.Background, FlushMode.Wait })
        {
            double rate = await MeasureAsync(flush, prefetch, receiverMilliseconds, messages: prefetch == 1 ? 500 : 3000);
            await TestContext.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"prefetch {prefetch,2}, receiver {receiverMilliseconds,2} ms, {flush,-10}: {rate,6:F0} messages/s"));
        }
    }

    private static async Task<double> MeasureAsync(FlushMode flush, int prefetch, int receiverMilliseconds, int messages)
    {
        await using var receiver = new OtlpReceiver
        {
            OnRequest = async _ =>
            {
                await Task.Delay(receiverMilliseconds);
                return HttpStatusCode.OK;
            },
        };
        string queue = RabbitMq.NewQueue();
        await using PlainProducer producer = await PlainProducer.ConnectAsync(RabbitMq.Address, queue);
        for (int i = 0; i < messages; i++)
            await producer.PublishAsync($$"""{"number":{{i}}}""");

        await using var worker = WorkerProcess.Start(RabbitMq.Address, queue, new Uri(receiver.Endpoint, "v1/traces"), flush, prefetch);
        uint first = await WaitingAsync((uint)messages * 4 / 5);
        long started = Stopwatch.GetTimestamp();
        uint last = await WaitingAsync((uint)messages / 10u);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        await worker.KillAsync();
        return (first - last) / elapsed.TotalSeconds;

        async Task<uint> WaitingAsync(uint atMost)
        {
            while (true)
            {
                worker.ThrowIfEnded();
                uint waiting = (await producer.StateAsync()).Messages;
                if (waiting <= atMost)
                    return waiting;
            }
        }
    }
}

using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

public sealed class ProviderForceFlushTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromHours(1);

    [Test]
    public async Task Flush_AfterOneThatOutlastedItsWholeWait_WaitsForNothing()
    {
        using var hung = new HungProcessor();
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder().AddProcessor(hung).Build();
        var time = new HastyTime();
        var foreign = new ProviderForceFlush(provider, Wait, NullLogger.Instance, time);

        FlushResult first = await foreign.FlushAsync(Wait, CancellationToken.None);
        FlushResult second = await foreign.FlushAsync(Wait, CancellationToken.None);
        FlushResult third = await Until.DoneAsync(Task.Run(() => foreign.Flush(Wait)), "the flush that blocks");

        Assert.That(new[] { first.Status, second.Status, third.Status }, Is.All.EqualTo(FlushStatus.TimedOut));
        Assert.That(time.Waits, Is.EqualTo(new[] { Wait }), "the first alone");
        hung.Gate.Open();
    }

    /// <summary>Every wait is over at once, and is remembered.</summary>
    private sealed class HastyTime : TimeProvider
    {
        public List<TimeSpan> Waits { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Add(dueTime);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}

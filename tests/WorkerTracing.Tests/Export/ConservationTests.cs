using System.Collections.Concurrent;
using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>
/// Every span that ended is delivered, still held, or counted as lost, and never two of these: after any sequence of what can happen, and
/// under any interleaving of it.
/// </summary>
[Category("Flush")]
public sealed class ConservationTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Test]
    public void AnySequence_OfEndsFlushesAndOutcomes_LosesNoCount() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<byte>(), Run)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(FullRun.IsOn ? 300 : 100).WithEndSize(60));

    [Test]
    public void AnyInterleaving_OfEndsFlushesTimeoutsCancellationsAndShutdown_LosesNoCount(
        [Seeds(12)] int seed,
        [Values(1, 3)] int concurrency)
    {
        var random = new Random(seed);
        bool roomy = random.Next(2) == 0; // then nothing is refused, and Delivered has to be true of every span
        var outcomes = new Outcomes(random.Next(), concurrency);
        var options = new BatchTraceProcessorOptions
        {
            MaxQueueSize = roomy ? 100_000 : random.Next(8, 200),
            MaxBatchSize = random.Next(1, 50),
            ScheduleDelay = TimeSpan
                .FromMilliseconds(1),
            ExportTriggerRatio = 0.5,
        };
        using var processor = new BatchTraceProcessor(outcomes.Exporter, options);
        int ended = 0;
        var wrong = new ConcurrentQueue<string>();
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(index => new Thread(() => Work(new Random(seed + index))))];
        foreach (Thread thread in threads)
            thread.Start();
        if (!roomy && random.Next(2) == 0)
            processor.Shutdown(random.Next(20));
        foreach (Thread thread in threads)
            Assert.That(thread.Join(Long), Is.True, "every flush answers");

        processor.Shutdown((int)Long.TotalMilliseconds);
        Until.True(() => outcomes.Exporter.InFlight == 0 && Settled(processor) == ended, "every span has its outcome");
        outcomes.AssertDisjoint();
        Assert.That(processor.Pipeline.Health.Delivered, Is.EqualTo(outcomes.Exporter.Delivered.Count));
        Assert.That(processor.Pipeline.Waiting, Is.Zero);
        Assert.That(wrong, Is.Empty);

        void Work(Random own)
        {
            for (int step = 0; step < 150; step++)
            {
                var mine = new List<Activity>();
                for (int i = own.Next(6); i > 0; i--)
                {
                    Activity span = Spans.Ended();
                    mine.Add(span);
                    processor.OnEnd(span);
                    Interlocked.Increment(ref ended);
                }

                FlushResult result = Flush(own);
                if (roomy && result.Status == FlushStatus.Delivered
                    && mine.Exists(span => !outcomes.IsDelivered(span) && !outcomes.IsDropped(span)))
                    wrong.Enqueue($"step {step}: {result}");
            }
        }

        FlushResult Flush(Random own)
        {
            switch (own.Next(5))
            {
                case 0:
                    return processor.Flush(Long);
                case 1:
                    return processor.FlushAsync(TimeSpan.FromMilliseconds(own.Next(1, 3))).AsTask().GetAwaiter().GetResult();
                case 2:
                    using (var cancellation = new CancellationTokenSource())
                    {
                        ValueTask<FlushResult> flush = processor.FlushAsync(Long, cancellation.Token);
                        cancellation.Cancel();
                        return flush.AsTask().GetAwaiter().GetResult();
                    }

                case 3:
                    processor.Pipeline.RequestExport();
                    return default;
                default:
                    return processor.FlushAsync(Long).AsTask().GetAwaiter().GetResult();
            }
        }
    }

    private static void Run(byte[] steps, byte shape)
    {
        using var gate = new Gate();
        gate.Open();
        var outcomes = new Outcomes(shape, 1 + (shape % 3)) { Gate = gate };
        using var processor = new BatchTraceProcessor(
            outcomes.Exporter,
            new BatchTraceProcessorOptions
            {
                MaxQueueSize = 1 + (shape % 16),
                MaxBatchSize = 1 + (shape % 5),
                ScheduleDelay = TimeSpan.FromDays(1)
            });
        int ended = 0;
        foreach (byte step in steps)
        {
            switch (step % 7)
            {
                case 0 or 1 or 2:
                    for (int i = 0; i < 1 + (step / 50); i++, ended++)
                        processor.OnEnd(Spans.Ended());
                    break;
                case 3:
                    processor.FlushAsync(TimeSpan.FromMilliseconds(1)).AsTask().GetAwaiter().GetResult();
                    break;
                case 4:
                    processor.Pipeline.RequestExport();
                    break;
                case 5:
                    gate.Close();
                    break;
                default:
                    gate.Open();
                    break;
            }

            // Read in an order that can only count a span twice if the code does: what moves on between two reads moves from the first to
            // the second.
            Assert.That(processor.Pipeline.Health.Delivered + processor.Pipeline.Health.Lost, Is.LessThanOrEqualTo(ended));
        }

        gate.Open();
        processor.Shutdown((int)Long.TotalMilliseconds);
        Until.True(() => outcomes.Exporter.InFlight == 0 && Settled(processor) == ended, "every span has its outcome");
        outcomes.AssertDisjoint();
        Assert.That(processor.Pipeline.Health.Delivered, Is.EqualTo(outcomes.Exporter.Delivered.Count));
        Assert.That(processor.Pipeline.Waiting, Is.Zero);
    }

    private static long Settled(BatchTraceProcessor processor) => processor.Pipeline.Health.Delivered + processor.Pipeline.Health.Lost;

    /// <summary>Answers each span at random, and remembers every final answer it gave.</summary>
    private sealed class Outcomes
    {
        private readonly ConcurrentDictionary<Activity, int> _delivered = new();
        private readonly ConcurrentDictionary<Activity, int> _dropped = new();
        private readonly Random _random;

        public Outcomes(int seed, int concurrency)
        {
            _random = new Random(seed);
            Exporter = new OutcomeExporter(concurrency) { OnExport = Export, RetryAfter = TimeSpan.FromTicks(1) };
        }

        public OutcomeExporter Exporter { get; }

        public Gate? Gate { get; init; }

        public bool IsDelivered(Activity span) => _delivered.ContainsKey(span);

        public bool IsDropped(Activity span) => _dropped.ContainsKey(span);

        public void AssertDisjoint()
        {
            Assert.That(_delivered.Values, Is.All.EqualTo(1), "no span is delivered twice");
            Assert.That(_dropped.Values, Is.All.EqualTo(1), "no span is dropped twice");
            Assert.That(_delivered.Keys.Where(_dropped.ContainsKey), Is.Empty, "no span is both");
        }

        private void Export(Activity[] batch, ExportOutcome[] answers, CancellationToken token)
        {
            Gate?.Pass();
            for (int i = 0; i < batch.Length; i++)
            {
                answers[i] = Roll() switch
                {
                    < 6 => ExportOutcome.Delivered,
                    < 8 => ExportOutcome.Retained,
                    _ => ExportOutcome.Dropped,
                };
                if (answers[i] != ExportOutcome.Retained)
                    (answers[i] == ExportOutcome.Delivered ? _delivered : _dropped).AddOrUpdate(
                        batch[i],
                        1,
                        static (_, count) => count + 1);
            }

            if (Roll() == 0)
                Thread.Yield();
        }

        private int Roll()
        {
            lock (_random)
                return _random.Next(10);
        }
    }
}

using Microsoft.Extensions.Time.Testing;

namespace WorkerTracing.Tests;

internal sealed class RecordBacklogTests
{
    private static readonly ExportCounts OneDelivered = new(1, 0, 0, 0, 0, 0);

    [Test]
    public void OnCompleted_RecordFailsAloneWhileOthersAreDelivered_IsGivenUpAfterTenTimes()
    {
        using var directory = new TemporaryDirectory();
        using (var recorder = new RecorderFixture(directory.Path))
        {
            recorder.Channel.MarkUnqueued(recorder.Channel.Write(Spans.Ended()));
            var time = new FakeTimeProvider();
            var run = new BacklogRun(recorder.Channel, time);
            var delays = new List<double>();
            do
            {
                run.Health.OnExported(OneDelivered, TimeSpan.Zero);
                run.Fail();
                delays.Add(run.UntilDue().TotalSeconds);
                time.Advance(run.UntilDue() > TimeSpan.Zero ? run.UntilDue() : TimeSpan.Zero);
            }
            while (delays[^1] > 0);

            Assert.That(delays.SkipLast(1), Is.EqualTo(new double[] { 5, 10, 20, 40, 60, 60, 60, 60, 60 }));
            Assert.That(run.LastOutcome, Is.EqualTo(ExportOutcome.Dropped), "it is counted as lost");
            Assert.That(recorder.Channel.Unqueued, Is.Zero);
        }

        Assert.That(directory.SubDirectories, Is.Empty, "the record is done");
    }

    [Test]
    public void OnCompleted_EverythingFails_IsNeverGivenUp()
    {
        using var directory = new TemporaryDirectory();
        using (var recorder = new RecorderFixture(directory.Path))
        {
            recorder.Channel.MarkUnqueued(recorder.Channel.Write(Spans.Ended()));
            var run = new BacklogRun(recorder.Channel, new FakeTimeProvider());
            for (int i = 0; i < 100; i++)
            {
                Assert.That(run.UntilDue(), Is.EqualTo(TimeSpan.Zero), "the record is the only one, and may show that the backend is back");
                run.Fail();
                Assert.That(run.LastOutcome, Is.EqualTo(ExportOutcome.Retained));
            }

            run.Close();
        }

        Assert.That(directory.SubDirectories, Has.Length.EqualTo(1), "the next process tries again");
    }

    /// <summary>Exports of a backlog that the backend does not take.</summary>
    private sealed class BacklogRun
    {
        private readonly object _sync = new();
        private readonly ExportBatch _batch = new(16);
        private readonly RecordBacklog _backlog;
        private readonly ExportRetry _retry;

        public BacklogRun(RecorderChannel channel, TimeProvider time)
        {
            Health = new ExporterHealth(new QueueOverflow(), time);
            _retry = new ExportRetry(time, new Random(1));
            _backlog = new RecordBacklog(channel, 16, Health, _sync, time);
        }

        public ExporterHealth Health { get; }

        public ExportOutcome LastOutcome { get; private set; }

        public TimeSpan UntilDue()
        {
            lock (_sync)
                return _backlog.UntilDue();
        }

        public void Fail()
        {
            lock (_sync)
                _backlog.Begin(_batch);
            _backlog.Read(_batch);
            _backlog.Mark(_batch);
            lock (_sync)
                _backlog.OnCompleted(_batch, _retry, TimeSpan.Zero);
            LastOutcome = _batch.Outcomes[0];
            _batch.Clear();
        }

        public void Close()
        {
            lock (_sync)
                _backlog.Close();
        }
    }
}

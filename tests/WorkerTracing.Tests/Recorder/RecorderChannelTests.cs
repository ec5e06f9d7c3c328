using System.Diagnostics;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

internal sealed class RecorderChannelTests
{
    [Test]
    public void Write_EndedSpan_ReturnsHandle()
    {
        using var recorder = new RecorderFixture();

        RecordHandle handle = recorder.Channel.Write(Spans.Ended());

        Assert.That(handle.IsRecorded, Is.True);
        Assert.That(recorder.Channel.Unqueued, Is.Zero, "a queue holds it");
        Assert.That(recorder.TakeTexts(), Is.Empty);
    }

    [Test]
    public void Take_UnqueuedRecords_ReturnsThemOnceInOrder()
    {
        using var recorder = new RecorderFixture();
        Activity[] spans = [.. Enumerable.Range(0, 5).Select(i => Spans.Ended($"span {i}"))];
        foreach (Activity span in spans)
            recorder.Channel.MarkUnqueued(recorder.Channel.Write(span));

        Assert.That(recorder.Channel.Unqueued, Is.EqualTo(5));
        List<TakenRecord> taken = recorder.Take();

        Assert.That(taken.Select(TextExporter.TextOf), Is.EqualTo(spans.Select(span => span.DisplayName)));
        Assert.That(taken.Select(record => record.Span.TraceId), Is.EqualTo(spans.Select(span => span.TraceId)));
        Assert.That(taken.Select(record => record.Span.SpanId), Is.EqualTo(spans.Select(span => span.SpanId)));
        Assert.That(taken[0].Span.Resource.ToArray(), Is.EqualTo("resource"u8.ToArray()));
        Assert.That(recorder.Channel.Unqueued, Is.Zero);
        Assert.That(recorder.TakeTexts(), Is.Empty, "each is taken once");
    }

    [Test]
    public void Take_LimitedCount_ReturnsTheRestNext()
    {
        using var recorder = new RecorderFixture();
        for (int i = 0; i < 5; i++)
            recorder.Channel.MarkUnqueued(recorder.Channel.Write(Spans.Ended($"{i}")));

        Assert.That(recorder.TakeTexts(count: 2), Is.EqualTo(["0", "1"]));
        Assert.That(recorder.TakeTexts(bytes: 1), Is.EqualTo(["2"]));
        Assert.That(recorder.TakeTexts(bytes: 0), Is.EqualTo(["3"]), "one record is taken whatever its size");
        Assert.That(recorder.TakeTexts(count: 0), Is.Empty);
        Assert.That(recorder.TakeTexts(), Is.EqualTo(["4"]));
    }

    [Test]
    public void Take_RecordMarkedAgain_ReturnsItAgain()
    {
        using var recorder = new RecorderFixture();
        recorder.Channel.MarkUnqueued(recorder.Channel.Write(Spans.Ended("first")));
        recorder.Channel.MarkUnqueued(recorder.Channel.Write(Spans.Ended("second")));
        List<TakenRecord> taken = recorder.Take();

        recorder.Channel.PutBack(taken[0].Handle);

        Assert.That(recorder.TakeTexts(), Is.EqualTo(["first"]));
    }

    /// <summary>The number of a flush's answer: a record counts once, from when it is left until it is done.</summary>
    [Test]
    public void Left_WhileRecordsAreTakenAndPutBack_IsExactAtEveryMoment()
    {
        using var recorder = new RecorderFixture();
        RecorderChannel channel = recorder.Channel;
        for (int i = 0; i < 200; i++)
            channel.MarkUnqueued(channel.Write(Spans.Ended()));
        channel.MarkDone(channel.Write(Spans.Ended()));
        using var done = new CancellationTokenSource();
        var counts = new HashSet<long> { channel.Left };
        var reader = new Thread(() =>
        {
            while (!done.IsCancellationRequested)
                counts.Add(channel.Left);
        });
        reader.Start();

        for (int round = 0; round < 100; round++)
        {
            foreach (TakenRecord record in recorder.Take(count: 50))
                channel.PutBack(record.Handle);
        }

        done.Cancel();
        reader.Join();
        Assert.That(counts, Is.EqualTo(new[] { 200L }));
        foreach (TakenRecord record in recorder.Take(count: 50))
            channel.MarkTakenDone(record.Handle);
        Assert.That(channel.Left, Is.EqualTo(150));
        Assert.That(channel.Unqueued, Is.EqualTo(150));
    }

    [Test]
    public void MarkDone_RecordOfAnyState_IsNotTaken()
    {
        using var recorder = new RecorderFixture();
        RecordHandle queued = recorder.Channel.Write(Spans.Ended());
        RecordHandle unqueued = recorder.Channel.Write(Spans.Ended());
        recorder.Channel.MarkUnqueued(unqueued);

        foreach (RecordHandle handle in new[] { queued, unqueued, unqueued, default })
            recorder.Channel.MarkDone(handle);
        recorder.Channel.MarkUnqueued(queued);
        recorder.Channel.MarkUnqueued(default);

        Assert.That(recorder.Channel.Unqueued, Is.Zero);
        Assert.That(recorder.TakeTexts(), Is.Empty);
    }

    [Test]
    public void Write_TwoExporters_EachTakesItsOwnRecords()
    {
        using var recorder = new RecorderFixture();
        RecorderChannel other = recorder.Recorder.Register(new TextExporter("other") { Resource = "theirs" });
        recorder.Channel.MarkUnqueued(recorder.Channel.Write(Spans.Ended("mine")));
        other.MarkUnqueued(other.Write(Spans.Ended("theirs")));

        var taken = new List<TakenRecord>();
        other.Take(taken, int.MaxValue, int.MaxValue);

        Assert.That(taken.Select(TextExporter.TextOf), Is.EqualTo(["theirs"]));
        Assert.That(taken[0].Span.Resource.ToArray(), Is.EqualTo("theirs"u8.ToArray()));
        Assert.That(recorder.TakeTexts(), Is.EqualTo(["mine"]));
    }

    [Test]
    public void Write_ExporterWritesNothing_IsNotRecorded()
    {
        using var recorder = new RecorderFixture();
        recorder.Exporter.Constant = [];

        Assert.That(recorder.Channel.Write(Spans.Ended()).IsRecorded, Is.False);
        Assert.That(recorder.Recorder.Counts.Unrecorded, Is.Empty);
    }

    [Test]
    public void Write_ExporterThrows_IsCountedAndLogged()
    {
        using var recorder = new RecorderFixture();
        recorder.Exporter.Throws = true;

        Assert.That(recorder.Channel.Write(Spans.Ended()).IsRecorded, Is.False);
        Assert.That(recorder.Recorder.Counts.Unrecorded[UnrecordedReason.ExporterFailed], Is.EqualTo(1));
        Assert.That(recorder.Log.Events.Select(entry => entry.Id), Is.EqualTo([63]));
    }

    [Test]
    public void Write_SpanLargerThanSegment_IsCounted()
    {
        using var recorder = new RecorderFixture();
        recorder.Exporter.Constant = new byte[5_000_000];

        Assert.That(recorder.Channel.Write(Spans.Ended()).IsRecorded, Is.False);
        Assert.That(recorder.Recorder.Counts.Unrecorded[UnrecordedReason.TooLarge], Is.EqualTo(1));
    }

    [Test]
    public void WriteResource_ManyThreads_IsCalledOnce()
    {
        using var recorder = new RecorderFixture();

        Parallel.For(0, 100, _ => recorder.Channel.Write(Spans.Ended()));

        Assert.That(recorder.Exporter.Resources, Is.EqualTo(1));
    }

    [Test]
    public void Write_WhileAnotherSpanIsWritten_RecordsBoth()
    {
        using var recorder = new RecorderFixture();
        recorder.Exporter.Writing = () =>
        {
            recorder.Exporter.Writing = null;
            recorder.Channel.MarkUnqueued(recorder.Channel.Write(Spans.Ended("inner")));
        };

        recorder.Channel.MarkUnqueued(recorder.Channel.Write(Spans.Ended("outer")));

        Assert.That(recorder.TakeTexts(), Is.EqualTo(["inner", "outer"]));
    }

    [Test]
    public void Write_ManyThreads_EachRecordIsReadBack()
    {
        const int Threads = 4;
        const int SpansOfThread = 500;
        using var recorder = new RecorderFixture();

        Parallel.For(0, Threads, thread =>
        {
            for (int i = 0; i < SpansOfThread; i++)
                recorder.Channel.MarkUnqueued(recorder.Channel.Write(Spans.Ended($"{thread} {i}")));
        });

        Assert.That(
            recorder.TakeTexts(),
            Is.EquivalentTo(Enumerable.Range(0, Threads).SelectMany(t => Enumerable.Range(0, SpansOfThread).Select(i => $"{t} {i}"))));
    }

    [Test]
    public void Write_KnownExporter_AllocatesNothing()
    {
        using var recorder = new RecorderFixture();
        Activity span = Spans.Ended();
        RecorderChannel channel = recorder.Recorder.Register(new TextExporter("constant") { Constant = new byte[300] });
        channel.MarkDone(channel.Write(span));

        long allocated = Allocations.Of(() =>
        {
            for (int i = 0; i < 1000; i++)
                channel.MarkDone(channel.Write(span));
        });

        Assert.That(allocated, Is.Zero);
    }
}

using System.Diagnostics;

namespace WorkerTracing.Tests;

public sealed class ConsoleTraceExporterTests
{
    private readonly CountingWriter _output = new();

    [Test]
    public async Task Export_SpansInSeveralBatches_WritesOneTreeWhenTheOutermostHasEnded()
    {
        using var pipeline = new Pipeline(exporter: new ConsoleTraceExporter(_output));
        JobTrace job = pipeline.Start("nightly");
        pipeline.Source.StartActivity("first")?.SetTag("rows", 3).Dispose();
        await pipeline.Processor.FlushAsync(TimeSpan.FromSeconds(30));
        Assert.That(_output.Writes, Is.Zero, "the job is still running");
        pipeline.Source.StartActivity("second\u001b[31m")?.Dispose();
        job.Fail(new InvalidOperationException("no more rows"));
        await job.EndAsync();

        string[] lines = _output.ToString()!.Split('\n');
        Assert.That(_output.Writes, Is.EqualTo(1));
        Assert.That(lines[0], Is.EqualTo($"trace {job.TraceId}"));
        Assert.That(lines[1], Does.StartWith("└─ nightly").And.EndsWith("ERROR no more rows"));
        Assert.That(lines, Has.Some.StartsWith("   ├─ first"));
        Assert.That(lines, Has.Some.EqualTo("   │       rows=3"));
        Assert.That(lines, Has.Some.StartsWith("   └─ second [31m"), "a name cannot steer the terminal");
    }

    [Test]
    public async Task Export_LaterAttemptThatWaitedAndWasCanceled_SaysSoNextToItsName()
    {
        using var pipeline = new Pipeline(exporter: new ConsoleTraceExporter(_output));
        DateTimeOffset due = TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(2);
        JobTrace first = pipeline.Start("first");
        await first.EndAsync();
        JobTrace job = pipeline.Tracer.Start(Pipeline.Job() with { Name = "third", Attempt = 3, DueAt = due });
        job.Cancel();
        await job.EndAsync();
        await pipeline.Processor.FlushAsync(TimeSpan.FromSeconds(30));

        Assert.That(_output.ToString(), Does.Match(@"└─ first  [\d.]+ m?s\n"));
        Assert.That(_output.ToString(), Does.Match(@"└─ third  [\d.]+ m?s  attempt 3  waited 12\d\.\d\d s  canceled\n"));
    }

    [Test]
    public void Shutdown_OutermostSpanStillRunning_WritesWhatThereIs()
    {
        var exporter = new ConsoleTraceExporter(_output);
        using (var pipeline = new Pipeline(exporter: exporter))
        {
            _ = pipeline.Start("never ends");
            pipeline.Source.StartActivity("child")?.Dispose();
        }

        Assert.That(_output.ToString(), Does.Contain("└─ child"));
        while (Activity.Current is { } left)
            left.Stop();
    }

    [Test]
    public async Task Export_SpanThatOutlivesTheOutermost_IsWrittenByItself()
    {
        using var pipeline = new Pipeline(exporter: new ConsoleTraceExporter(_output));
        JobTrace job = pipeline.Start();
        Activity late = pipeline.Source.StartActivity("late")!;
        await job.EndAsync();

        late.Stop();
        await pipeline.Processor.FlushAsync(TimeSpan.FromSeconds(30));

        Assert.That(_output.ToString(), Does.Contain("└─ late"));
    }

    [Test]
    public async Task Export_BelowAnUnlistenedRequestWithASampledContext_IsWritten()
    {
        using var pipeline = new Pipeline(exporter: new ConsoleTraceExporter(_output));
        using Activity request = new Activity("request").SetParentId("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").Start();

        await pipeline.Start("job").EndAsync();

        Assert.That(_output.ToString(), Does.Contain("└─ job"), "nobody hears of the request's end");
    }

    [Test]
    public async Task Export_ValueThatCannotBeTold_CostsItsOwnPlaceAlone()
    {
        using var pipeline = new Pipeline(exporter: new ConsoleTraceExporter(_output));
        JobTrace job = pipeline.Start();
        job.Activity!.SetTag("bad\n", new Unspeakable()).SetTag("good", 1);

        FlushResult result = await job.EndAsync();

        Assert.That(result.Status, Is.EqualTo(FlushStatus.Delivered));
        Assert.That(_output.ToString(), Does.Contain("bad =(NotSupportedException)  good=1"));
    }

    [Test]
    public async Task Export_ThousandsOfSpansInOneAnother_AreDrawnWithinBounds()
    {
        using var pipeline = new Pipeline(exporter: new ConsoleTraceExporter(_output));
        JobTrace job = pipeline.Start();
        var spans = new Stack<Activity>();
        for (int i = 0; i < 8000; i++)
            spans.Push(pipeline.Source.StartActivity("deeper")!);
        while (spans.TryPop(out Activity? span))
            span.Dispose();

        FlushResult result = await job.EndAsync();

        string[] lines = _output.ToString()!.Split('\n');
        Assert.That(result.Status, Is.EqualTo(FlushStatus.Delivered));
        Assert.That(lines.Count(static line => line.Contains("deeper", StringComparison.Ordinal)), Is.EqualTo(8000));
        Assert.That(lines.Max(static line => line.Length), Is.LessThan(300));
    }

    [Test]
    public async Task Export_JobThatDidNotEnd_IsDrawnByTheNextWithTheStepsThatHad()
    {
        using var directory = new TemporaryDirectory();
        using var pipeline = new Pipeline(batching: Recorded(directory), exporter: new ConsoleTraceExporter(new StringWriter()));
        JobTrace job = pipeline.Start("nightly");
        job.Activity!.SetTag("tenant", 7);
        pipeline.Source.StartActivity("first")?.Dispose();
        pipeline.Source.StartActivity("second"); // runs, and nothing below it has ended
        pipeline.Processor.Pipeline.Recording!.Recorder.Dispose(); // as if it were killed: the files are left, and nothing has been sent

        using var next = new Pipeline(batching: Recorded(directory), exporter: new ConsoleTraceExporter(_output));
        await next.Processor.Pipeline.Recording!.AdoptNowAsync();
        await WorkerTracing.Testing.Until.TrueAsync(
            () => _output.ToString()!.Contains("nightly", StringComparison.Ordinal), "the job was written");

        string[] lines = _output.ToString()!.Split('\n');
        Assert.That(lines[0], Is.EqualTo($"trace {job.TraceId}  from the flight recorder"));
        Assert.That(lines[1], Does.StartWith("└─ nightly").And.EndsWith("ERROR The process ended before the span did."));
        Assert.That(lines, Has.Some.Contains("workflow.execution.result=error  error.type=abandoned"));
        Assert.That(lines, Has.Some.StartsWith("   └─ first"));
        while (Activity.Current is { } left)
            left.Stop();
    }

    private static BatchTraceProcessorOptions Recorded(TemporaryDirectory directory) => new()
    {
        ScheduleDelay = TimeSpan.FromDays(1),
        FlightRecorder = new FlightRecorderOptions { Directory = directory.Path },
    };

    private sealed class Unspeakable
    {
        public override string ToString() => throw new NotSupportedException();
    }

    private sealed class CountingWriter : StringWriter
    {
        public int Writes { get; private set; }

        public override void Write(string? value)
        {
            Writes++;
            base.Write(value);
        }
    }
}

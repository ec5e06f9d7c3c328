using System.Diagnostics;
using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>The application's own code that runs at a job's beginning and end can throw; the job has its result and its trace.</summary>
[NonParallelizable] // a metric listener gets the measurements of all tests
public sealed class JobBoundaryTests
{
    [Test]
    public void RunAsync_SamplerThatThrows_ReachesNoJob()
    {
        using var pipeline = new Pipeline(sampler: new ThrowingSampler());

        int answer = RunAsync(pipeline, out JobTrace job);

        Assert.That(answer, Is.EqualTo(42));
        Assert.That(job.IsRecorded, Is.False);
        Assert.That(job.Result.Status, Is.EqualTo(FlushStatus.NotRequested));
        Assert.That(Activity.Current, Is.Null);
    }

    [Test]
    public void RunAsync_ProcessorThatThrowsAtTheStart_ReachesNoJobAndTheTraceArrives()
    {
        using var pipeline = new Pipeline(others: new ThrowingAtStart());

        int answer = RunAsync(pipeline, out JobTrace job);

        Assert.That(answer, Is.EqualTo(42));
        Assert.That(pipeline.Exporter.SpansOf(job.TraceId), Has.Count.EqualTo(1));
        Assert.That(Activity.Current, Is.Null);
    }

    [Test]
    public void RunAsync_MetricListenerThatThrows_ReachesNoJobAndTheTraceArrives()
    {
        using var pipeline = new Pipeline();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == "WorkerTracing")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => throw new InvalidOperationException("the listener's own"));
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => throw new InvalidOperationException("the listener's own"));
        listener.Start();

        int answer = RunAsync(pipeline, out JobTrace job);

        Assert.That(answer, Is.EqualTo(42));
        Assert.That(job.Result.Status, Is.EqualTo(FlushStatus.Delivered));
    }

    [Test]
    public void Start_CollectionsOfTheJobThatThrow_IsTracedWithoutThem()
    {
        using var pipeline = new Pipeline(new WorkerTracingOptions { CaptureArguments = true });

        JobTrace job = pipeline.Tracer.Start(Pipeline.Job() with
        {
            Id = "42",
            Attempt = 2,
            Origin = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded),
            Arguments = new UnreadableDictionary<object?>(),
            Baggage = new UnreadableDictionary<string?>(),
            Links = new UnreadableList<ActivityLink>(),
        });
        job.Dispose();

        Assert.That(job.IsRecorded, Is.True);
        Assert.That(job.Activity!.GetTagItem("worker_tracing.job.id"), Is.EqualTo("42"));
    }

    [Test]
    public void Start_AttributeWhoseConstructorThrows_IsTraced()
    {
        using var pipeline = new Pipeline(new WorkerTracingOptions());

        using JobTrace job = pipeline.Tracer.Start(Pipeline.Job() with { Member = typeof(BadlyAttributed) });

        Assert.That(job.IsRecorded, Is.True);
    }

    [Test]
    public void RunAsync_JobThatStopsItsSpanItself_HasItsResultOnTheSpan()
    {
        using var pipeline = new Pipeline();
        JobTrace? job = null;

        Assert.ThrowsAsync<InvalidOperationException>(() => pipeline.Tracer.RunAsync("job", (trace, _) =>
        {
            job = trace;
            Activity.Current!.Stop();
            throw new InvalidOperationException("the job's own");
        }));

        Activity span = pipeline.Exporter.SpansOf(job!.TraceId).Single();
        Assert.That(span.GetTagItem("workflow.execution.result"), Is.EqualTo("failure"));
        Assert.That(span.Status, Is.EqualTo(ActivityStatusCode.Error));
        Assert.That(Activity.Current, Is.Null);
    }

    private static int RunAsync(Pipeline pipeline, out JobTrace job)
    {
        JobTrace? seen = null;
        int answer = pipeline.Tracer.RunAsync("job", (trace, _) =>
        {
            seen = trace;
            return Task.FromResult(42);
        }).GetAwaiter().GetResult();
        job = seen!;
        return answer;
    }

    private sealed class ThrowingSampler : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            throw new InvalidOperationException("the sampler's own");
    }

    private sealed class ThrowingAtStart : BaseProcessor<Activity>
    {
        public override void OnStart(Activity data) => throw new InvalidOperationException("the processor's own");
    }

    [AttributeUsage(AttributeTargets.Class)]
    private sealed class ThrowingAttribute : Attribute
    {
        public ThrowingAttribute() => throw new InvalidOperationException("the attribute's own");
    }

    [Throwing]
    [FlushTrace(FlushMode.Wait)]
    private sealed class BadlyAttributed;
}

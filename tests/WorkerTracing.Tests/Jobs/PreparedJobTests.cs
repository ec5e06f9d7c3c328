using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WorkerTracing.Tests;

/// <summary>A job whose span starts before the job does.</summary>
[Category("Scope")]
public sealed class PreparedJobTests
{
    private static readonly Dictionary<string, string?> Tenant = new() { ["tenant"] = "7" };

    [TearDown]
    public void LeaveNothingAmbient()
    {
        Activity.Current = null;
        Baggage.Current = default;
    }

    [Test]
    public void Start_OfAPreparedJob_RunsInTheSpanThatWasPrepared()
    {
        using var pipeline = new Pipeline();
        using Activity ambient = pipeline.Source.StartActivity("ambient")!;

        PreparedJob prepared = pipeline.Tracer.Prepare(Pipeline.Job() with { Baggage = Tenant });
        Assert.That(Ambient(), Is.EqualTo((ambient, (JobTrace?)null, (string?)null)));
        JobTrace job = prepared.Start();

        Assert.That((job.Activity!.Context, job.TraceId), Is.EqualTo((prepared.Context, ambient.TraceId)));
        Assert.That(Ambient(), Is.EqualTo((job.Activity, job, "7")));
        Assert.That(job.End().Status, Is.EqualTo(FlushStatus.Delivered));
        Assert.That(Ambient(), Is.EqualTo((ambient, (JobTrace?)null, (string?)null)));
        Assert.That(pipeline.Exporter.Spans, Is.EqualTo(new[] { job.Activity }));
        Assert.That(job.Activity.GetTagItem("workflow.execution.result"), Is.EqualTo("success"));
    }

    [Test]
    public void Discard_OfAPreparedJob_ExportsNothingAndChangesNothingAmbient()
    {
        var ended = new List<bool>();
        using var pipeline = new Pipeline(others: new EndProcessor(span => ended.Add(span.Recorded)));
        PreparedJob prepared = pipeline.Tracer.Prepare(Pipeline.Job());
        using Activity ambient = pipeline.Source.StartActivity("ambient")!;

        prepared.Discard();
        prepared.Discard();

        Assert.That(Activity.Current, Is.EqualTo(ambient));
        Assert.That(ended, Is.EqualTo(new[] { false }), "processors see the end, once, of a span that is not recorded");
        using JobTrace other = prepared.Start();
        Assert.That(other.Activity!.SpanId, Is.Not.EqualTo(prepared.Context.SpanId));
        other.End();
        Assert.That(pipeline.Exporter.Spans, Is.EqualTo(new[] { other.Activity }));
    }

    [Test]
    public void Discard_WhereAProcessorThrows_DoesNot()
    {
        using var pipeline = new Pipeline(others: new EndProcessor(static _ => throw new InvalidOperationException("a processor")));

        Assert.That(pipeline.Tracer.Prepare(Pipeline.Job()).Discard, Throws.Nothing);
        Assert.That(Activity.Current, Is.Null);
    }

    [Test]
    public void Prepare_OfAJobThatIsNotRecorded_HasNoContextAndKeepsTheDecision()
    {
        using var pipeline = new Pipeline(new WorkerTracingOptions { Filter = static _ => false });

        PreparedJob prepared = pipeline.Tracer.Prepare(Pipeline.Job());

        Assert.That(prepared.Context, Is.EqualTo(default(ActivityContext)));
        JobTrace job = prepared.Start();
        using (Activity? child = pipeline.Source.StartActivity("child"))
            Assert.That((job.IsRecorded, child is { Recorded: true }), Is.EqualTo((false, false)));
        job.End();
        Assert.That((Activity.Current, pipeline.Exporter.Spans.Count), Is.EqualTo(((Activity?)null, 0)));
    }

    [Test]
    public void Start_WithoutAListener_IsInert()
    {
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder().Build();
        var tracer = new JobTracer(provider, new WorkerTracingOptions { Enabled = false });

        JobTrace job = tracer.Prepare(Pipeline.Job()).Start();

        Assert.That((job.Activity, job.IsRecorded, job.End().Status), Is.EqualTo(((Activity?)null, false, FlushStatus.NotRequested)));
    }

    private static (Activity? Span, JobTrace? Job, string? Tenant) Ambient() =>
        (Activity.Current, JobTrace.Current, Baggage.GetBaggage("tenant"));

    private sealed class EndProcessor(Action<Activity> ended) : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            if (data.OperationName == "job")
                ended(data);
        }
    }
}

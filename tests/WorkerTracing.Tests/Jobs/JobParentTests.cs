using System.Diagnostics;
using OpenTelemetry.Trace;

namespace WorkerTracing.Tests;

/// <summary>Who a job's parent is, case by case.</summary>
[Category("Scope")]
public sealed class JobParentTests
{
    private readonly ActivityContext _origin = new(
        ActivityTraceId.CreateRandom(),
        ActivitySpanId.CreateRandom(),
        ActivityTraceFlags.Recorded,
        isRemote: true);

    [Test]
    public void Start_NothingAmbientAndNobodysJob_IsARoot()
    {
        using var pipeline = new Pipeline();
        using JobTrace job = pipeline.Start();

        Assert.That(job.Activity!.ParentSpanId, Is.EqualTo(default(ActivitySpanId)));
        Assert.That(job.IsRecorded, Is.True);
    }

    [TestCase(JobTrigger.Enqueued, TraceRelation.Auto, true)]
    [TestCase(JobTrigger.Message, TraceRelation.Auto, true)]
    [TestCase(JobTrigger.Manual, TraceRelation.Auto, true)]
    [TestCase(JobTrigger.Scheduled, TraceRelation.Auto, false)]
    [TestCase(JobTrigger.Recurring, TraceRelation.Auto, false)]
    [TestCase(JobTrigger.Recurring, TraceRelation.Child, true)]
    [TestCase(JobTrigger.Enqueued, TraceRelation.Link, false)]
    public void Start_WithAnOrigin_ContinuesOrLinksAsTheRelationSays(JobTrigger trigger, TraceRelation relation, bool child)
    {
        using var pipeline = new Pipeline(new WorkerTracingOptions { Relation = relation });
        using JobTrace job = pipeline.Tracer.Start(Pipeline.Job() with { Origin = _origin, Trigger = trigger });

        AssertRelation(job, child);
    }

    [TestCase(30, true)]
    [TestCase(90, false)]
    public void Start_AutoAndLate_Links(int secondsAgo, bool child)
    {
        using var pipeline = new Pipeline();
        using JobTrace job = pipeline.Tracer.Start(Pipeline.Job() with
        {
            Origin = _origin,
            Trigger = JobTrigger.Enqueued,
            EnqueuedAt = TimeProvider.System.GetUtcNow().AddSeconds(-secondsAgo),
        });

        AssertRelation(job, child);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Start_RetryThatComesLate_KeepsTheRelationOfTheFirstAttempt(bool firstWasChild)
    {
        using var pipeline = new Pipeline();
        var before = new ActivityContext(
            firstWasChild
                ? _origin.TraceId
                : ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true);
        using JobTrace job = pipeline.Tracer.Start(Pipeline.Job() with
        {
            Origin = _origin,
            Trigger = JobTrigger.Enqueued,
            Attempt = 2,
            EnqueuedAt = TimeProvider.System.GetUtcNow().AddHours(firstWasChild ? -1 : 0),
            Links = [new ActivityLink(before)],
        });

        Assert.That(job.TraceId == _origin.TraceId, Is.EqualTo(firstWasChild));
        Assert.That(job.Activity!.Links.Select(link => link.Context.SpanId), Does.Contain(before.SpanId));
        Assert.That(job.Activity.GetTagItem("worker_tracing.attempt"), Is.EqualTo(2));
    }

    [Test]
    public void Start_UnderARecordedSpan_IsItsChildAndTheOriginBecomesALink()
    {
        using var pipeline = new Pipeline(new WorkerTracingOptions { Relation = TraceRelation.Link });
        using Activity host = pipeline.Source.StartActivity("host")!;
        using JobTrace job = pipeline.Tracer.Start(Pipeline.Job() with { Origin = _origin });

        Assert.That(job.Activity!.Parent, Is.SameAs(host));
        Assert.That(job.Activity.Links.Single().Context.SpanId, Is.EqualTo(_origin.SpanId));
    }

    [Test]
    public void Start_UnderTheOriginItself_DoesNotLinkToItsParent()
    {
        using var pipeline = new Pipeline();
        using Activity host = pipeline.Source.StartActivity("host")!;
        using JobTrace job = pipeline.Tracer.Start(Pipeline.Job() with { Origin = host.Context });

        Assert.That(job.Activity!.Parent, Is.SameAs(host));
        Assert.That(job.Activity.Links, Is.Empty);
    }

    [Test]
    public void Start_UnderAnUnlistenedRequest_IsARootOfItsOwn()
    {
        using var pipeline = new Pipeline();
        Activity request = new Activity("Microsoft.AspNetCore.Hosting.HttpRequestIn").Start();
        JobTrace job = pipeline.Start();

        Assert.That(job.IsRecorded, Is.True, "nobody decided on the request: its flags are no decision");
        Assert.That(job.Activity!.ParentSpanId, Is.EqualTo(default(ActivitySpanId)));
        job.Dispose();
        Assert.That(Activity.Current, Is.SameAs(request));
        request.Stop();
    }

    [Test]
    public void Start_UnderAnUnlistenedRequestWithAnOrigin_FollowsTheOrigin()
    {
        using var pipeline = new Pipeline();
        using Activity request = new Activity("request").Start();
        using JobTrace job = pipeline.Tracer.Start(Pipeline.Job() with { Origin = _origin, Trigger = JobTrigger.Enqueued });

        AssertRelation(job, child: true);
    }

    [Test]
    public void Start_UnderASampledOutSpan_InheritsTheDecision()
    {
        using var pipeline = new Pipeline(sampler: new ParentBasedSampler(new SampleOut("host")));
        using Activity host = pipeline.Source.StartActivity("host")!;
        Assert.That(host.Recorded, Is.False);

        using JobTrace job = pipeline.Start();

        Assert.That(job.IsRecorded, Is.False);
        Assert.That(job.TraceId, Is.EqualTo(host.TraceId), "log records stay with the trace");
    }

    [Test]
    public void Start_UnderAnUnlistenedSpanBelowASampledOutOne_InheritsTheDecision()
    {
        using var pipeline = new Pipeline(sampler: new ParentBasedSampler(new SampleOut("host")));
        using Activity host = pipeline.Source.StartActivity("host")!;
        using Activity unlistened = new Activity("System.Net.Http.HttpRequestOut").Start();

        using JobTrace job = pipeline.Start();

        Assert.That(job.IsRecorded, Is.False);
        Assert.That(job.TraceId, Is.EqualTo(host.TraceId));
    }

    [Test]
    public void Start_OriginSampledOut_InheritsTheDecision([Values] bool isRemote)
    {
        using var pipeline = new Pipeline();
        var sampledOut = new ActivityContext(
            ActivityTraceId.CreateRandom(),
            ActivitySpanId.CreateRandom(),
            ActivityTraceFlags.None,
            isRemote: isRemote);
        using JobTrace job = pipeline.Tracer.Start(Pipeline.Job() with { Origin = sampledOut, Trigger = JobTrigger.Enqueued });
        using Activity? child = pipeline.Source.StartActivity("child");

        Assert.That(job.IsRecorded, Is.False);
        Assert.That(job.TraceId, Is.EqualTo(sampledOut.TraceId));
        Assert.That(child is { Recorded: true }, Is.False, "what runs inside the job inherits it too");
    }

    [Test]
    public void Start_UnderAStoppedSpan_TakesItsRunningAncestor()
    {
        using var pipeline = new Pipeline();
        using Activity running = pipeline.Source.StartActivity("running")!;
        Activity stopped = pipeline.Source.StartActivity("stopped")!;
        ExecutionContext inside = ExecutionContext.Capture()!;
        stopped.Stop();
        Activity? parent = null;

        ExecutionContext.Run(inside, _ =>
        {
            using JobTrace job = pipeline.Start();
            parent = job.Activity!.Parent;
        }, null);

        Assert.That(parent, Is.SameAs(running));
    }

    [TestCase(JobTrigger.Enqueued, ActivityKind.Consumer)]
    [TestCase(JobTrigger.Message, ActivityKind.Consumer)]
    [TestCase(JobTrigger.Scheduled, ActivityKind.Internal)]
    [TestCase(JobTrigger.Manual, ActivityKind.Internal)]
    public void Start_KindFollowsTheTrigger(JobTrigger trigger, ActivityKind kind)
    {
        using var pipeline = new Pipeline();
        using JobTrace job = pipeline.Tracer.Start(Pipeline.Job() with { Trigger = trigger });

        Assert.That(job.Activity!.Kind, Is.EqualTo(kind));
    }

    private void AssertRelation(JobTrace job, bool child)
    {
        Assert.That(job.TraceId == _origin.TraceId, Is.EqualTo(child), "continues the trace");
        if (child)
            Assert.That(job.Activity!.ParentSpanId, Is.EqualTo(_origin.SpanId));
        else
            AssertLinked(job.Activity!);
    }

    private void AssertLinked(Activity span)
    {
        ActivityLink link = span.Links.Single();
        Assert.That(link.Context, Is.EqualTo(_origin));
        Assert.That(link.Tags, Is.EqualTo(new[] { KeyValuePair.Create<string, object?>("worker_tracing.link", "origin") }));
    }

    private sealed class SampleOut(string name) : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            new(samplingParameters.Name == name ? SamplingDecision.Drop : SamplingDecision.RecordAndSample);
    }
}

using System.Diagnostics;
using OpenTelemetry.Trace;
using Quartz;
using WorkerTracing.Testing;

namespace WorkerTracing.Quartz.Tests;

/// <summary>
/// The application listens to Quartz's own source. Who listens to a source is known to the whole process, so these tests run alone.
/// </summary>
[NonParallelizable]
public sealed class QuartzSourceTests
{
    [Test]
    public async Task Job_UnderQuartzsRecordedSpan_IsItsChildAndLinksToItsCaller(
        [Values] Attachment attachment,
        [Values(FlushMode.Wait, FlushMode.Background)] FlushMode mode)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            options => options.Flush = mode,
            tracing: static tracing => tracing.AddQuartzSpans());
        using Activity caller = ScriptedJob.Source.StartActivity("caller")!;

        await traced.TriggerAsync(static _ => ScriptedJob.Source.StartActivity("child")?.Dispose());

        Activity job = await traced.JobSpanAsync();
        await Until.TrueAsync(
            () => traced.Exporter.SpansOf(job.TraceId).Count == 3,
            "the whole trace is delivered by the flush, Quartz's span included");
        Activity quartz = traced.Trace(job.TraceId).Single(static span => span.OperationName == OperationName.Job.Execute);
        Assert.That(job.ParentSpanId, Is.EqualTo(quartz.SpanId));
        Assert.That(quartz.ParentSpanId, Is.EqualTo(default(ActivitySpanId)));
        Assert.That(job.Links.Select(static link => link.Context.SpanId), Is.EqualTo(new[] { caller.SpanId }));
    }

    [Test]
    public async Task Job_UnderQuartzsSampledOutSpan_IsSampledOutToo([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            tracing: static tracing => tracing.AddQuartzSpans()
                .SetSampler(new ParentBasedSampler(new NotQuartz())));
        var recorded = new TaskCompletionSource<bool?>();

        await traced.TriggerAsync(_ => recorded.SetResult(JobTrace.Current?.IsRecorded));

        Assert.That(await Until.DoneAsync(recorded.Task, "the job runs"), Is.False, "a firing has one sampling decision");
        await traced.DrainAsync();
        Assert.That(traced.JobSpans, Is.Empty);
    }

    [Test]
    public async Task Job_WhereNobodyListensToQuartz_IsARootThatIsSampledForItself([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            tracing: static tracing => tracing.SetSampler(new ParentBasedSampler(new NotQuartz())));

        await traced.TriggerAsync(static _ => { });

        Activity job = await traced.JobSpanAsync();
        Assert.That(job.ParentSpanId, Is.EqualTo(default(ActivitySpanId)));
        Assert.That(job.Parent, Is.Null, "Quartz's span exists for our sake alone, and is nobody's parent");
    }

    [Test]
    public async Task Job_WhereSomebodyListensToQuartzAndDecidesNothing_IsARootThatIsSampledForItself([Values] Attachment attachment)
    {
        using IDisposable onlooker = QuartzSpanSource.Watch();
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            tracing: static tracing => tracing.SetSampler(new ParentBasedSampler(new NotQuartz())));

        await traced.TriggerAsync(static _ => { });

        Activity job = await traced.JobSpanAsync();
        Assert.That(job.Parent, Is.Null, "Quartz's span exists for our sake alone all the same");
    }

    [Test]
    public async Task Refire_UnderQuartzsSpans_IsOneTraceAnAttempt()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            options: static options => options.Flush = FlushMode.Wait,
            tracing: static tracing => tracing.AddQuartzSpans());

        await traced.TriggerAsync(static context =>
        {
            if (context.RefireCount == 0)
                throw new JobExecutionException(new TimeoutException()) { RefireImmediately = true };
        });

        IReadOnlyList<Activity> attempts = await traced.JobSpansAsync(2);
        await traced.DrainAsync();
        Assert.That(attempts[1].Links.Select(static link => link.Context.SpanId), Does.Contain(attempts[0].SpanId));
        Assert.That(
            attempts.Select(span => traced.Exporter.SpansOf(span.TraceId).Count),
            Is.All.EqualTo(2),
            "each attempt's trace is delivered whole");
        Assert.That(traced.Exporter.Calls, Is.EqualTo(1), "one flush after the last attempt");
    }

    private sealed class NotQuartz : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            new(samplingParameters.Name.StartsWith("Quartz.", StringComparison.Ordinal)
                ? SamplingDecision.Drop
                : SamplingDecision.RecordAndSample);
    }
}

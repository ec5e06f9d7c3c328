using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using OpenTelemetry.Trace;
using Quartz;
using WorkerTracing.Testing;

namespace WorkerTracing.Quartz.Tests;

/// <summary>
/// What stands in a trigger's data was written by somebody else: another version, another program, a person with a database tool.
/// </summary>
[NonParallelizable] // its sampler takes everything, and the sampler of one TracerProvider decides for all of the process
public sealed class BadInputTests
{
    /// <summary>
    /// What the integration reads, and what it might be thought to read. Not the empty key: Quartz itself runs no job whose trigger has
    /// data under it.
    /// </summary>
    private static readonly string[] OtherKeys =
    [
        "QRTZ_MANUAL_TRIGGER", SchedulerConstants.FailedJobOriginalTriggerName, SchedulerConstants.FailedJobOriginalTriggerGroup,
        "traceparent", "tracestate", "baggage", "\ud800",
    ];

    private static readonly Gen<JobDataMap> Data =
        from parent in BadHeaders.OrAnything(BadHeaders.TraceParent, Bad.Value)
        from state in BadHeaders.OrAnything(BadHeaders.TraceState, Bad.Value)
        from key in Gen.Elements(OtherKeys)
        from value in BadHeaders.OrAnything(BadHeaders.Baggage, Bad.Value)
        select new JobDataMap { [StoredContext.TraceParent] = parent!, [StoredContext.TraceState] = state!, [key] = value! };

    [Test]
    public async Task TriggerJob_WithAnyData_RunsTheJobInAValidSpan([Values] Attachment attachment, [Values] bool failing)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            static options => options.CaptureArguments = true,
            static quartz => quartz.WithoutStoredContext(),
            static tracing => tracing.SetSampler(new AlwaysOnSampler())); // the data may well say that its trace is not sampled
        IJobExecutionContext? run = null;
        IJobDetail job = ScriptedJob.Make((context, _) =>
        {
            Volatile.Write(ref run, context);
            return failing ? throw new InvalidOperationException("the job's own") : Task.CompletedTask;
        });
        await traced.Scheduler.AddJob(job);
        int triggered = 0;

        Prop.ForAll(Data.ToArbitrary(), data =>
        {
            run = null;
            traced.Scheduler.TriggerJob(job.Key, data).AsTask().GetAwaiter().GetResult();
            triggered++;
            Until.True(() => Volatile.Read(ref run) is not null, "the job has run");
            Activity? span = null;
            Until.True(() => (span = traced.JobSpans.SingleOrDefault(
                span => Equals(span.GetTagItem("worker_tracing.job.id"), run!.FireInstanceId))) is not null, "its span has ended");

            Assert.That(
                run!.Trigger.JobDataMap[StoredContext.TraceParent],
                Is.SameAs(data[StoredContext.TraceParent]),
                "the job has its data, untouched");
            Assert.That(span!.GetTagItem("workflow.execution.result"), Is.EqualTo(failing ? "failure" : "success"));
            Assert.That(span.GetTagItem("error.type"), Is.EqualTo(failing ? typeof(InvalidOperationException).FullName : null));
            AssertContinuesNobodyElse(span, data[StoredContext.TraceParent]);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(FullRun.IsOn ? 50 : 20));
        Assert.That(traced.JobSpans, Has.Count.EqualTo(triggered), "one span for each firing");
    }

    /// <summary>A parent, where there is one, is what the data says and not a part of it.</summary>
    private static void AssertContinuesNobodyElse(Activity span, object? traceParent)
    {
        if (span.ParentSpanId != default)
            Assert.That(traceParent as string, Does.Contain(span.ParentSpanId.ToHexString()).And.Contain(span.TraceId.ToHexString()));
        Assert.That((span.TraceId, span.SpanId), Is.Not.EqualTo((default(ActivityTraceId), default(ActivitySpanId))));
    }
}

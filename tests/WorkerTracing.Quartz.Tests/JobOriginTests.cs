using System.Diagnostics;
using OpenTelemetry.Trace;
using Quartz;

namespace WorkerTracing.Quartz.Tests;

public sealed class JobOriginTests
{
    [Test]
    public async Task TriggerJob_InATrace_ContinuesOrLinksAsRelationSays(
        [Values] Attachment attachment,
        [Values] TraceRelation relation)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment, options => options.Relation = relation);
        using Activity caller = ScriptedJob.Source.StartActivity("caller")!;

        await traced.TriggerAsync(static _ => { });

        AssertRelated(await traced.JobSpanAsync(), caller, continued: relation != TraceRelation.Link);
    }

    [Test]
    public async Task ScheduleJob_OnceInATrace_ContinuesOrLinksAsRelationSays(
        [Values] Attachment attachment,
        [Values] TraceRelation relation)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment, options => options.Relation = relation);
        using Activity caller = ScriptedJob.Source.StartActivity("caller")!;

        await traced.Scheduler
            .ScheduleJob(
                ScriptedJob.Make(static (_, _) => Task.CompletedTask),
                TriggerBuilder.Create().StartNow().WithTraceContext().Build());

        Activity job = await traced.JobSpanAsync();
        AssertRelated(job, caller, continued: relation == TraceRelation.Child);
        Assert.That(job.GetTagItem("workflow.trigger.type"), Is.EqualTo("schedule"));
    }

    [Test]
    public async Task ScheduleJob_RecurringInATrace_BelongsToNobody([Values] Attachment attachment, [Values] bool cron)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            static options => options.Relation = TraceRelation.Child);
        using Activity caller = ScriptedJob.Source.StartActivity("caller")!;

        await traced.Scheduler.ScheduleJob(
            ScriptedJob.Make(static (_, _) => Task.CompletedTask),
            cron
                ? TriggerBuilder.Create().StartNow().WithTraceContext().WithCronSchedule("* * * * * ?").Build()
                : TriggerBuilder.Create().StartNow().WithTraceContext()
                    .WithSimpleSchedule(static schedule => schedule.WithInterval(TimeSpan.FromMilliseconds(10)).RepeatForever())
                    .Build());

        IReadOnlyList<Activity> firings = await traced.JobSpansAsync(2);
        Assert.That(firings.Take(2).Select(static job => job.TraceId).Append(caller.TraceId), Is.Unique);
        Assert.That(firings.Take(2).SelectMany(static job => job.Links), Is.Empty);
    }

    [Test]
    public async Task ScheduleJob_RecurringWithTheDataOfAManualRun_BelongsToNobody([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            static options => options.Relation = TraceRelation.Child);

        await traced.TriggerAsync(async (context, _) => await context.Scheduler.ScheduleJob(
            ScriptedJob.Make(static (_, _) => Task.CompletedTask),
            TriggerBuilder.Create()
                .UsingJobData(context.MergedJobDataMap)
                .StartNow()
                .WithSimpleSchedule(static schedule => schedule.WithInterval(TimeSpan.FromMilliseconds(10)).RepeatForever())
                .Build(),
            cancellationToken: CancellationToken.None));

        IReadOnlyList<Activity> jobs = await traced.JobSpansAsync(3);
        Assert.That(
            jobs.Take(3).Select(static job => job.GetTagItem("workflow.trigger.type")),
            Is.EquivalentTo(new[] { "manual", "cron", "cron" }));
        Assert.That(jobs.Take(3).Select(static job => job.TraceId), Is.Unique);
    }

    [Test]
    public async Task TriggerJob_InAJob_ContinuesThatJob([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment);

        await traced.TriggerAsync(async (context, _) =>
        {
            IJobDetail next = ScriptedJob.Make(static (_, _) => Task.CompletedTask);
            await context.Scheduler.AddJob(next, cancellationToken: CancellationToken.None);
            await context.Scheduler.TriggerInTraceAsync(next.Key);
        });

        IReadOnlyList<Activity> jobs = await traced.JobSpansAsync(2);
        Activity first = jobs.Single(static job => job.ParentSpanId == default);
        Activity second = jobs.Single(static job => job.ParentSpanId != default);
        Assert.That((second.TraceId, second.ParentSpanId), Is.EqualTo((first.TraceId, first.SpanId)));
    }

    [Test]
    public async Task TriggerJob_InARequestThatNobodyListensTo_SamplesForItself([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            tracing: static tracing => tracing.SetSampler(new ParentBasedSampler(new AlwaysOnSampler())));
        using Activity request = new Activity("request").Start();

        await traced.TriggerAsync(static _ => { });

        Activity job = await traced.JobSpanAsync();
        Assert.That(job.TraceId, Is.Not.EqualTo(request.TraceId), "nobody decided about the request, so it is nobody's parent");
        Assert.That(job.Links, Is.Empty);
    }

    [Test]
    public async Task TriggerJob_InASampledOutTrace_IsSampledOutToo([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            tracing: static tracing => tracing.SetSampler(new ParentBasedSampler(new AlwaysOnSampler())));
        using var requests = new ActivitySource($"requests-{Guid.NewGuid():N}");
        using TracerProvider undecided = OpenTelemetry.Sdk.CreateTracerProviderBuilder().AddSource(requests.Name)
            .SetSampler(new AlwaysOffSampler())
            .Build();
        bool? recorded = null;

        using (Activity request = requests.StartActivity("request")!)
        {
            Assert.That(request.Recorded, Is.False);
            await traced.TriggerAsync(_ => recorded = JobTrace.Current?.IsRecorded);
        }

        await traced.TriggerAsync(static _ => { });
        await traced.JobSpanAsync();
        await traced.DrainAsync();
        Assert.That(recorded, Is.False);
        Assert.That(traced.JobSpans, Has.Count.EqualTo(1), "only the one that was triggered outside is recorded");
    }

    [Test]
    public async Task TriggerJob_WithAMalformedTraceParent_RunsAsARoot()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            quartz: static q => q.WithoutStoredContext());
        IJobDetail job = ScriptedJob.Make(static (_, _) => Task.CompletedTask);
        await traced.Scheduler.AddJob(job);

        await traced.Scheduler.TriggerJob(job.Key, new JobDataMap { [StoredContext.TraceParent] = "00-nonsense" });
        await traced.Scheduler.TriggerJob(job.Key, new JobDataMap { [StoredContext.TraceParent] = 42 });

        IReadOnlyList<Activity> jobs = await traced.JobSpansAsync(2);
        Assert.That(jobs.Select(static span => span.ParentSpanId), Is.All.EqualTo(default(ActivitySpanId)));
    }

    private static void AssertRelated(Activity job, Activity caller, bool continued)
    {
        if (continued)
        {
            Assert.That((job.TraceId, job.ParentSpanId), Is.EqualTo((caller.TraceId, caller.SpanId)));
            Assert.That(job.HasRemoteParent, Is.True, "the context came out of the trigger's data");
        }
        else
        {
            Assert.That(job.TraceId, Is.Not.EqualTo(caller.TraceId));
            Assert.That(job.ParentSpanId, Is.EqualTo(default(ActivitySpanId)));
            Assert.That(job.Links.Select(static link => link.Context.SpanId), Is.EqualTo(new[] { caller.SpanId }));
        }
    }
}

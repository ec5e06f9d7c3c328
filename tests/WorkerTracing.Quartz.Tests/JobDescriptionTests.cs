using System.Diagnostics;
using System.Globalization;
using Quartz;

namespace WorkerTracing.Quartz.Tests;

public sealed class JobDescriptionTests
{
    [Test]
    public async Task Name_OfADefaultGroup_LeavesTheGroupOut()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();

        JobKey job = await traced.TriggerAsync(static _ => { });

        Assert.That((await traced.JobSpanAsync()).DisplayName, Is.EqualTo(job.Name));
    }

    [Test]
    public async Task Name_OfAGroup_IsGroupAndName()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();

        JobKey job = await traced.TriggerAsync(static (_, _) => Task.CompletedTask, "reports");

        Activity span = await traced.JobSpanAsync();
        Assert.That(span.DisplayName, Is.EqualTo("reports." + job.Name));
        Assert.That(span.GetTagItem("workflow.task.name"), Is.EqualTo("reports." + job.Name));
        Assert.That(span.GetTagItem("workflow.platform.name"), Is.EqualTo("quartz"));
    }

    [TestCase(null, "JobDescriptionTests.PlainJob")]
    [TestCase("reports", "reports.JobDescriptionTests.PlainJob")]
    public async Task Name_OfAJobWithoutAName_IsItsType(string? group, string expected)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();
        IJobDetail job = group is null
            ? JobBuilder.Create<PlainJob>().Build()
            : JobBuilder.Create<PlainJob>().WithIdentity(Guid.NewGuid().ToString(), group).Build();

        await traced.Scheduler.ScheduleJob(job, TriggerBuilder.Create().StartNow().Build());

        Activity span = await traced.JobSpanAsync();
        Assert.That(span.GetTagItem("workflow.task.name"), Is.EqualTo(expected), "a random name would make every run a task of its own");
    }

    [Test]
    public async Task Attributes_OfAFiring_SayWhoFiredItWhen()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();
        IJobExecutionContext? fired = null;
        IJobDetail job = ScriptedJob.Make((context, _) => Task.FromResult(fired = context));
        ITrigger trigger = TriggerBuilder.Create().WithIdentity("at night", "cleaning").StartNow().Build();

        await traced.Scheduler.ScheduleJob(job, trigger);

        Activity span = await traced.JobSpanAsync();
        var expected = new Dictionary<string, object?>
        {
            [ActivityTags.SchedulerName] = traced.Name,
            [ActivityTags.SchedulerId] = traced.Scheduler.SchedulerInstanceId,
            [ActivityTags.TriggerGroup] = "cleaning",
            [ActivityTags.TriggerName] = "at night",
            [ActivityTags.JobGroup] = JobKey.DefaultGroup,
            [ActivityTags.JobName] = job.Key.Name,
            [ActivityTags.JobType] = $"{typeof(ScriptedJob).FullName}, {typeof(ScriptedJob).Assembly.GetName().Name}",
            [ActivityTags.FireInstanceId] = fired!.FireInstanceId,
            ["worker_tracing.job.id"] = fired.FireInstanceId,
            ["worker_tracing.attempt"] = 1,
            ["worker_tracing.quartz.fire_time"] = fired.FireTimeUtc.ToString("O", CultureInfo.InvariantCulture),
            ["worker_tracing.quartz.scheduled_fire_time"] = fired.ScheduledFireTimeUtc!.Value.ToString("O", CultureInfo.InvariantCulture),
            ["worker_tracing.quartz.recovering"] = null,
            ["workflow.execution.result"] = "success",
        };
        Assert.That(expected.Keys.ToDictionary(static name => name, span.GetTagItem), Is.EqualTo(expected));
    }

    [Test]
    public async Task Wait_OfAMisfire_ShowsHowLateItIs()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();
        DateTimeOffset due = DateTimeOffset.UtcNow.AddMinutes(-1);
        ITrigger trigger = TriggerBuilder.Create()
            .StartAt(due)
            .WithSimpleSchedule(static schedule => schedule.IgnoringMisfires())
            .Build();

        await traced.Scheduler.ScheduleJob(ScriptedJob.Make(static (_, _) => Task.CompletedTask), trigger);

        Activity span = await traced.JobSpanAsync();
        Assert.That(
            Convert.ToDouble(span.GetTagItem("worker_tracing.wait_ms"), CultureInfo.InvariantCulture),
            Is.GreaterThanOrEqualTo(60_000));
    }

    [Test]
    public async Task Wait_OfAMisfireThatFiresNow_CountsFromTheMissedTime()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();

        await traced.Scheduler.ScheduleJob(
            ScriptedJob.Make(static (_, _) => Task.CompletedTask),
            TriggerBuilder.Create().StartAt(DateTimeOffset.UtcNow.AddHours(-2)).Build());

        Assert.That(Wait(await traced.JobSpanAsync()), Is.GreaterThanOrEqualTo(TimeSpan.FromHours(2)));
    }

#if !QUARTZ3 // Quartz 3 has no retry policy
    [Test]
    public async Task Wait_OfARetry_CountsFromTheTimeThatItsPolicyChose()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();
        DateTimeOffset? due = null;
        traced.Scheduler.ListenerManager.AddJobListener(new RetryListener(at => due = at));
        IJobDetail job = ScriptedJob.Make(
            static (context, _) => context.RetryAttempt == 0 ? throw new TimeoutException() : Task.CompletedTask);

        await traced.Scheduler.ScheduleJob(
            job,
            TriggerBuilder.Create().StartNow().WithRetryPolicy(RetryPolicy.Fixed(1, TimeSpan.FromMilliseconds(300))).Build());

        Activity retry = (await traced.JobSpansAsync(2))[1];
        Assert.That(
            Wait(retry),
            Is.InRange(
                retry.StartTimeUtc - due!.Value.UtcDateTime - TimeSpan.FromMilliseconds(1),
                retry.StartTimeUtc + retry.Duration - due.Value.UtcDateTime));
    }

#endif

    [Test]
    public async Task Arguments_WhereCaptured_LeaveOutWhatQuartzKeepsThere()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(options: static options => options.CaptureArguments = true);
        IJobDetail job = ScriptedJob.Make(static (_, _) => Task.CompletedTask);
        await traced.Scheduler.AddJob(job);

        using (ScriptedJob.Source.StartActivity("caller"))
            await traced.Scheduler.TriggerInTraceAsync(job.Key, new JobDataMap { ["customer"] = "4711" });

        Activity span = await traced.JobSpanAsync();
        string[] arguments = [.. span.TagObjects.Select(static tag => tag.Key)
            .Where(static key => key.StartsWith("worker_tracing.argument", StringComparison.Ordinal))];
        Assert.That(arguments, Is.EqualTo(new[] { "worker_tracing.argument.customer" }));
    }

    [Test]
    public async Task FlushTrace_OnTheJobClass_IsHonoured([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment);
        JobTrace? trace = null;
        IJobDetail job = ScriptedJob.Make<ImpatientJob>((_, _) => Task.FromResult(trace = JobTrace.Current));
        await traced.Scheduler.AddJob(job);

        await traced.Scheduler.TriggerJob(job.Key);

        Activity span = await traced.JobSpanAsync();
        await traced.DrainAsync();
        Assert.That(trace!.Result.Status, Is.EqualTo(FlushStatus.Delivered));
        Assert.That(traced.Exporter.SpansOf(span.TraceId), Has.Count.EqualTo(1));
    }

    private static TimeSpan Wait(Activity span) =>
        TimeSpan.FromMilliseconds(Convert.ToDouble(span.GetTagItem("worker_tracing.wait_ms"), CultureInfo.InvariantCulture));

    private sealed class PlainJob : TestJob
    {
        protected override Task RunAsync(IJobExecutionContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

#if !QUARTZ3
    private sealed class RetryListener(Action<DateTimeOffset?> note) : TestJobListener
    {
        protected override void After(IJobExecutionContext context)
        {
            if (context.RetryScheduled)
                note(context.Trigger.NextFireTimeUtc);
        }
    }
#endif

    [FlushTrace(FlushMode.Wait)]
    private sealed class ImpatientJob : ScriptedJob;
}

using System.Diagnostics;
using Quartz;

namespace WorkerTracing.Quartz.Tests;

public sealed class RunLinkTests
{
    [Test]
    public async Task JobChainingJobListener_FollowUp_LinksToTheRunThatItFollows([Values] Attachment attachment)
    {
        var chain = new JobChainingJobListener("chain");
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            quartz: q => q.AddJobListener(chain).UseDefaultThreadPool(1)); // the follow-up begins when the listeners of the first are done
        IJobDetail first = ScriptedJob.Make(static (_, _) => Task.CompletedTask);
        IJobDetail second = ScriptedJob.Make(static async (_, _) => await Task.Yield());
        chain.AddJobChainLink(first.Key, second.Key);
        await traced.Scheduler.AddJob(first);
        await traced.Scheduler.AddJob(second);

        await traced.Scheduler.TriggerJob(first.Key);

        IReadOnlyList<Activity> jobs = await traced.JobSpansAsync(2);
        Assert.That(Links(jobs[1]), Is.EqualTo(new[] { ("antecedent", jobs[0].Context.SpanId) }));
        Assert.That(Links(jobs[0]), Is.Empty);
        Assert.That(jobs[1].TraceId, Is.Not.EqualTo(jobs[0].TraceId), "a follow-up is a run of its own");
    }

#if !QUARTZ3 // Quartz 3 has no continuations
    [Test]
    public async Task StartAfter_Continuation_LinksToItsAntecedentAndToItsCaller(
        [Values(Attachment.Builder, Attachment.Container)] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment);
        var parent = new TriggerKey($"parent-{Guid.NewGuid():N}");
        using Activity caller = ScriptedJob.Source.StartActivity("caller")!;

        await traced.Scheduler.ScheduleJob(
            ScriptedJob.Make(static (_, _) => Task.CompletedTask),
            TriggerBuilder.Create().WithIdentity(parent).StartAt(DateTimeOffset.UtcNow.AddMinutes(10)).Build());
        await traced.Scheduler.ScheduleJob(
            ScriptedJob.Make(static (_, _) => Task.CompletedTask),
            TriggerBuilder.Create().StartAfter(parent, ContinuationCondition.OnSuccess).Build());
        await traced.Scheduler.RescheduleJob(parent, TriggerBuilder.Create().WithIdentity(parent).StartNow().Build());

        IReadOnlyList<Activity> jobs = await traced.JobSpansAsync(2);
        Assert.That(Links(jobs[1]), Is.EquivalentTo(new[] { ("antecedent", jobs[0].SpanId), ("origin", caller.SpanId) }));
        Assert.That(Links(jobs[0]), Is.EquivalentTo(new[] { ("origin", caller.SpanId) }));
    }

#endif

    [Test]
    public async Task Refire_Link_SaysThatItIsThePreviousAttempt()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();

        await traced.TriggerAsync(static context =>
        {
            if (context.RefireCount == 0)
                throw new JobExecutionException(new TimeoutException()) { RefireImmediately = true };
        });

        IReadOnlyList<Activity> attempts = await traced.JobSpansAsync(2);
        Assert.That(Links(attempts[1]), Is.EqualTo(new[] { ("previous_attempt", attempts[0].SpanId) }));
    }

    [Test]
    public async Task TriggerJob_InARefiredJob_IsNotChainedToTheAttemptBefore()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();
        IJobDetail other = ScriptedJob.Make(static (_, _) => Task.CompletedTask);
        await traced.Scheduler.AddJob(other);

        await traced.TriggerAsync(async (context, _) =>
        {
            if (context.RefireCount == 0)
                throw new JobExecutionException(new TimeoutException()) { RefireImmediately = true };
            await context.Scheduler.TriggerJob(other.Key, cancellationToken: CancellationToken.None);
        });

        IReadOnlyList<Activity> jobs = await traced.JobSpansAsync(3);
        Assert.That(Links(jobs.Single(job => job.DisplayName == other.Key.Name)), Is.Empty, "it continues the job that triggered it");
    }

    private static (string?, ActivitySpanId)[] Links(Activity span) =>
        [.. span.Links.Select(static link => (
            link.Tags?.SingleOrDefault(static tag => tag.Key == "worker_tracing.link").Value as string,
            link.Context.SpanId))];
}

using System.Diagnostics;
using Quartz;
using WorkerTracing.Testing;

namespace WorkerTracing.Quartz3.Tests;

/// <summary>
/// Firings that are not traced, while others are. Quartz makes its span for every firing of the process as soon as there is an observer.
/// </summary>
public sealed class UntracedFiringTests
{
    [Test]
    public async Task Execute_OnAnUntracedScheduler_SeesNoSpan()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();
        IScheduler untraced = await StartUntracedAsync();

        Activity? seen = await AmbientOfAJobAsync(untraced, traced);

        Assert.That(seen, Is.Null, "the spans inside the job would be children of a span that is not recorded");
    }

    [Test]
    public async Task Execute_OnAnUntracedSchedulerStartedInAnActivity_SeesThatActivity([Values] bool stopped)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();
        using var starter = new Activity("starter");
        starter.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        starter.Start();
        IScheduler untraced = await StartUntracedAsync();
        if (stopped)
            starter.Stop();

        Activity? seen = await AmbientOfAJobAsync(untraced, traced);

        Assert.That(seen, Is.SameAs(starter), "as without WorkerTracing: the scheduler's loop keeps the flow that started it");
    }

    [Test]
    public async Task Execute_OnASchedulerStartedInARunningActivity_IsARoot()
    {
        using var starter = new Activity("starter");
        starter.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        starter.Start();
        await using TracedScheduler traced = await TracedScheduler.StartAsync();

        await traced.Scheduler.ScheduleJob(
            ScriptedJob.Make(static (_, _) => Task.CompletedTask),
            TriggerBuilder.Create().StartNow().Build());

        Activity job = await traced.JobSpanAsync();
        Assert.That((job.Parent, job.ParentSpanId), Is.EqualTo(((Activity?)null, default(ActivitySpanId))));
    }

    private static async Task<IScheduler> StartUntracedAsync()
    {
        IScheduler scheduler = await SchedulerFactory.BuildAsync($"untraced-{Guid.NewGuid():N}", null, null);
        await scheduler.Start();
        return scheduler;
    }

    private static async Task<Activity?> AmbientOfAJobAsync(IScheduler scheduler, TracedScheduler traced)
    {
        var tracedStarted = new TaskCompletionSource();
        var tracedReleased = new TaskCompletionSource();
        await traced.TriggerAsync(async (_, _) =>
        {
            tracedStarted.SetResult();
            await tracedReleased.Task;
        });
        await Until.DoneAsync(tracedStarted.Task, "a traced job runs");
        var ran = new TaskCompletionSource<Activity?>();
        IJobDetail job = ScriptedJob.Make(async (_, _) =>
        {
            await Task.Yield();
            ran.SetResult(Activity.Current);
        });
        await scheduler.ScheduleJob(job, TriggerBuilder.Create().StartNow().Build());
        Activity? seen = await Until.DoneAsync(ran.Task, "the job");
        tracedReleased.SetResult();
        await scheduler.Shutdown(waitForJobsToComplete: true);
        return seen;
    }
}

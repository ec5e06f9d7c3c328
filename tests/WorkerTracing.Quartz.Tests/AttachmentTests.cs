using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quartz;
using WorkerTracing.Testing;

namespace WorkerTracing.Quartz.Tests;

public sealed class AttachmentTests
{
    [Test]
    public async Task UseWorkerTracing_OnOneOfSeveralSchedulers_TracesThatOneAlone()
    {
        string traced = $"traced-{Guid.NewGuid():N}";
        string untraced = $"untraced-{Guid.NewGuid():N}";

        IReadOnlyList<Activity> spans = await RunAsync(
            services => services.AddQuartz(traced, static q => q.UseWorkerTracing()).AddQuartz(untraced, static _ => { }),
            traced,
            untraced);

        Assert.That(spans.Select(static span => span.GetTagItem(ActivityTags.SchedulerName)), Is.EqualTo(new[] { traced }));
    }

    [Test]
    public async Task UseWorkerTracing_OnEachOfSeveralSchedulers_TracesEachOnce()
    {
        string one = $"one-{Guid.NewGuid():N}";
        string other = $"other-{Guid.NewGuid():N}";

        IReadOnlyList<Activity> spans = await RunAsync(
            services => services
                .AddQuartz(one, static q => q.UseWorkerTracing())
                .AddQuartz(other, static q => q.UseWorkerTracing().UseWorkerTracing()),
            one,
            other);

        Assert.That(spans.Select(static span => span.GetTagItem(ActivityTags.SchedulerName)), Is.EquivalentTo(new[] { one, other }));
    }

#if !QUARTZ3 // Quartz 3 has neither: its configuration is of one scheduler, and its builder has no container
    [Test]
    public async Task UseWorkerTracing_OnAllSchedulersAtOnce_TracesEachOnce()
    {
        string one = $"one-{Guid.NewGuid():N}";
        string other = $"other-{Guid.NewGuid():N}";

        IReadOnlyList<Activity> spans = await RunAsync(
            services => services
                .ConfigureAllQuartzSchedulers(static q => q.UseWorkerTracing())
                .AddQuartz(one, static q => q.UseWorkerTracing())
                .AddQuartz(other, static _ => { }),
            one,
            other);

        Assert.That(spans.Select(static span => span.GetTagItem(ActivityTags.SchedulerName)), Is.EquivalentTo(new[] { one, other }));
    }

    [Test]
    public async Task UseWorkerTracing_OnABuilderOfItsOwn_TracesAndDeliversWhenItsFactoryIsDisposed()
    {
        var exporter = new RecordingExporter();
        StandaloneSchedulerFactory factory = QuartzSchedulerBuilder
            .Create(q =>
            {
                q.ConfigureScheduler(static scheduler => scheduler.InstanceName = $"alone-{Guid.NewGuid():N}").UseWorkerTracing();
                q.Services.AddWorkerTracing().AddExporter(_ => exporter, static batch => batch.ScheduleDelay = TimeSpan.FromMinutes(10));
            })
            .Build();
        IScheduler scheduler = await factory.GetScheduler();
        await scheduler.Start();
        var ran = new TaskCompletionSource();
        IJobDetail job = ScriptedJob.Make((_, _) =>
        {
            ran.SetResult();
            return Task.CompletedTask;
        });
        await scheduler.AddJob(job);

        await scheduler.TriggerJob(job.Key);
        await Until.DoneAsync(ran.Task, "the job runs");
        await scheduler.Shutdown(waitForJobsToComplete: true);
        await factory.DisposeAsync();

        Assert.That(exporter.Spans.Select(static span => span.DisplayName), Does.Contain(job.Key.Name));
    }

#endif

    [Test]
    public async Task AddJobListener_AsAService_TracesWithTheContainersTracer()
    {
        string name = $"typed-{Guid.NewGuid():N}";

        IReadOnlyList<Activity> spans = await RunAsync(
            services => services.AddQuartz(name, static q => q.AddJobListener<JobTraceListener>()),
            name);

        Assert.That(spans, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task AddJobListener_WithAMatcher_TracesTheJobsThatMatch()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            Attachment.Listener,
            static options => options.Enabled = false);
        string group = $"group-{Guid.NewGuid():N}";
        traced.Scheduler.ListenerManager.AddJobListener(
            new JobTraceListener(new JobTracer(traced.Provider)),
            GroupMatcher<JobKey>.GroupEquals(group));
        var unmatched = new TaskCompletionSource<JobTrace?>();

        await traced.TriggerAsync(_ => unmatched.SetResult(JobTrace.Current));
        await traced.TriggerAsync(static (_, _) => Task.CompletedTask, group);

        Assert.That((await traced.JobSpanAsync()).DisplayName, Does.StartWith(group));
        Assert.That(await Until.DoneAsync(unmatched.Task, "the unmatched job runs"), Is.Null);
    }

    [Test]
    public async Task Firing_Disabled_TheListenerDetachesItself([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment, static options => options.Enabled = false);
        IListenerManager listeners = traced.Scheduler.ListenerManager;
        Assert.That(listeners.GetJobListeners(), Has.Some.InstanceOf<JobTraceListener>());
        var ran = new TaskCompletionSource<JobTrace?>();

        await traced.TriggerAsync(_ => ran.SetResult(JobTrace.Current));

        Assert.That(await Until.DoneAsync(ran.Task, "the job runs"), Is.Null);
        Assert.That(listeners.GetJobListeners(), Has.None.InstanceOf<JobTraceListener>(), "Quartz makes lists of them for every firing");
        Assert.That(listeners.GetSchedulerListeners(), Has.None.InstanceOf<JobTraceListener>());
    }

    [Test]
    public void JobTraceListener_WithoutATracer_IsRefused()
    {
        Assert.That(static () => new JobTraceListener(null!), Throws.ArgumentNullException);
        Assert.That(static () => new ServiceCollection().AddQuartz(static q => q.UseWorkerTracing(null!)), Throws.ArgumentNullException);
    }

    /// <summary>Runs one job on each of the schedulers of a host.</summary>
    /// <returns>The jobs' spans, when the host has stopped.</returns>
    private static async Task<IReadOnlyList<Activity>> RunAsync(Action<IServiceCollection> configure, params string[] schedulers)
    {
        var exporter = new RecordingExporter();
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddWorkerTracing().AddExporter(_ => exporter);
        configure(builder.Services);
        builder.Services.WithoutQuartzLog();
        builder.Services.AddQuartzHostedService(static options => options.WaitForJobsToComplete = true);
        using IHost host = builder.Build();
        await host.StartAsync();

        foreach (string name in schedulers)
        {
            var ran = new TaskCompletionSource();
            IScheduler scheduler = host.Services.Find(name);
            IJobDetail job = ScriptedJob.Make((_, _) =>
            {
                ran.SetResult();
                return Task.CompletedTask;
            });
            await scheduler.AddJob(job);
            await scheduler.TriggerJob(job.Key);
            await Until.DoneAsync(ran.Task, $"a job of {name}");
        }

        await host.StopAsync();
        return [.. exporter.Spans.Where(span => schedulers.Contains(span.GetTagItem(ActivityTags.SchedulerName)))];
    }
}

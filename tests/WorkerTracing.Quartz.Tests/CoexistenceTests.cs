using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quartz;
using WorkerTracing.Testing;

namespace WorkerTracing.Quartz.Tests;

public sealed class CoexistenceTests
{
#if !QUARTZ3 // Quartz 3 has no job middleware
    [Test]
    public async Task Middleware_OfTheApplication_RunsInsideTheJobsSpan([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            quartz: static q => q.AddJobMiddleware(new Spanning()));

        await traced.TriggerAsync(static _ => ScriptedJob.Source.StartActivity("work")?.Dispose());

        Activity job = await traced.JobSpanAsync();
        Activity middleware = traced.Trace(job.TraceId).Single(static span => span.DisplayName == "middleware");
        Activity work = traced.Trace(job.TraceId).Single(static span => span.DisplayName == "work");
        Assert.That((middleware.ParentSpanId, work.ParentSpanId), Is.EqualTo((job.SpanId, middleware.SpanId)));
    }
#endif

    [Test]
    public async Task Listener_ThatThrowsBeforeOurs_KeepsTheJobFromNothingOfOurs([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            static options => options.Flush = FlushMode.Wait,
            static q => q.AddJobListener(new Moody(throwsBefore: false, throwsAfter: true)));
        JobTrace? trace = null;

        await traced.TriggerAsync(_ => trace = JobTrace.Current);

        Activity job = await traced.JobSpanAsync();
        await traced.DrainAsync();
        Assert.That(traced.JobSpans, Has.Count.EqualTo(1));
        Assert.That(trace!.Result.Status, Is.EqualTo(FlushStatus.Delivered), "Quartz tells no job listener after one that threw");
        Assert.That(traced.Exporter.SpansOf(job.TraceId), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Listener_WhateverItThrows_LeavesNoFiringOfOursBehind(
        [Values] Attachment attachment,
        [Values] bool throwsBefore,
        [Values] bool throwsAfter)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment);
        var moody = new Moody(throwsBefore, throwsAfter);
        traced.Scheduler.ListenerManager.AddJobListener(moody);

        await traced.TriggerAsync(static _ => { });

        IJobExecutionContext context = await Until.DoneAsync(moody.Heard, "the firing");
        await traced.DrainAsync();
        Assert.That(Firing.Find(context), Is.Null);
    }

    [Test]
    public async Task DisallowConcurrentExecution_WithAWaitingFlush_RunsOneAtATimeInTracesOfTheirOwn([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment, static options => options.Flush = FlushMode.Wait);
        int running = 0;
        int most = 0;
        IJobDetail job = ScriptedJob.Make<OneAtATime>(async (_, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
        });
        await traced.Scheduler.AddJob(job);

        for (int i = 0; i < 5; i++)
            await traced.Scheduler.TriggerJob(job.Key);

        IReadOnlyList<Activity> spans = await traced.JobSpansAsync(5);
        Assert.That(most, Is.EqualTo(1));
        Assert.That(spans.Select(static span => span.TraceId), Is.Unique);
    }

    [Test]
    public async Task PersistJobDataAfterExecution_PersistsNothingOfOurs([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment, static options => options.Flush = FlushMode.Wait);
        IJobDetail job = ScriptedJob.Make<Persisting>(static (context, _) =>
        {
            context.JobDetail.JobDataMap["count"] = "1";
            return Task.CompletedTask;
        });
        await traced.Scheduler.AddJob(job);
        using Activity caller = ScriptedJob.Source.StartActivity("caller")!;
        ITrigger trigger = TriggerBuilder.Create().ForJob(job).StartNow().Build();
        string[] own = [StoredContext.TraceParent];

        await traced.Scheduler.ScheduleJob(trigger);
        await traced.JobSpanAsync();
        await Until.TrueAsync(
            () => traced.Scheduler.GetJobDetail(job.Key).AsTask().GetAwaiter().GetResult()!.JobDataMap.Count > 0,
            "the job data is persisted");

        IJobDetail stored = (await traced.Scheduler.GetJobDetail(job.Key))!;
        Assert.That(stored.JobDataMap.Keys, Is.EqualTo(new[] { "count" }));
        Assert.That(trigger.JobDataMap.Keys, Is.SubsetOf(own), "what Quartz itself keeps there, and no more");
    }

    [Test]
    public async Task Host_WithScopedJobs_TracesThemAndDeliversBeforeItStops()
    {
        var exporter = new RecordingExporter();
        string name = $"hosted-{Guid.NewGuid():N}";
        using (IHost host = Build(exporter, name))
        {
            await host.StartAsync();
            IScheduler scheduler = await host.Services.GetRequiredService<ISchedulerFactory>().GetScheduler();
            await scheduler.TriggerJob(new JobKey(name));
            await Until.TrueAsync(() => exporter.Spans.Any(span => span.DisplayName == name), "the job's span is exported, by its flush");
            await host.StopAsync();
        }

        Activity job = exporter.Spans.Single(span => span.DisplayName == name);
        Activity inner = exporter.SpansOf(job.TraceId).Single(static span => span.DisplayName == "in scope");
        Assert.That(inner.ParentSpanId, Is.EqualTo(job.SpanId));
    }

    private static IHost Build(RecordingExporter exporter, string name)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddWorkerTracing(static options => options.Flush = FlushMode.Wait)
            .AddSource(ScriptedJob.Source.Name)
            .AddExporter(_ => exporter, static batch => batch.ScheduleDelay = TimeSpan.FromMinutes(10));
        builder.Services.AddScoped<Scoped>();
        builder.Services.AddQuartz(q => q
            .WithName(name)
            .UseWorkerTracing()
            .AddJob<ScopedJob>(job => job.WithIdentity(name).StoreDurably())).WithoutQuartzLog();
        builder.Services.AddQuartzHostedService(static options => options.WaitForJobsToComplete = true);
        return builder.Build();
    }

    private sealed class Scoped : IDisposable
    {
        private bool _disposed;

        public void Dispose() => _disposed = true;

        public void Work() => (_disposed ? null : ScriptedJob.Source.StartActivity("in scope"))?.Dispose();
    }

    private sealed class ScopedJob(Scoped scoped) : TestJob
    {
        protected override Task RunAsync(IJobExecutionContext context, CancellationToken cancellationToken)
        {
            scoped.Work();
            return Task.CompletedTask;
        }
    }

    [DisallowConcurrentExecution]
    private sealed class OneAtATime : ScriptedJob;

    [PersistJobDataAfterExecution]
    [DisallowConcurrentExecution]
    private sealed class Persisting : ScriptedJob;

#if !QUARTZ3
    private sealed class Spanning : IJobExecutionMiddleware
    {
        public async ValueTask Invoke(IJobExecutionContext context, JobExecutionDelegate next, CancellationToken cancellationToken)
        {
            using Activity? span = ScriptedJob.Source.StartActivity("middleware");
            await next(context, cancellationToken);
        }
    }
#endif

    /// <summary>A listener of the application's.</summary>
    private sealed class Moody(bool throwsBefore, bool throwsAfter) : TestJobListener
    {
        private readonly TaskCompletionSource<IJobExecutionContext> _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<IJobExecutionContext> Heard => _heard.Task;

        protected override void Before(IJobExecutionContext context)
        {
            _heard.TrySetResult(context);
            if (throwsBefore)
                throw new InvalidOperationException("before");
        }

        protected override void After(IJobExecutionContext context)
        {
            if (throwsAfter)
                throw new InvalidOperationException("after");
        }
    }
}

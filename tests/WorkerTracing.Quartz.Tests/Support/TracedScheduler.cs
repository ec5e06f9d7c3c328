using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Trace;
using Quartz;
using WorkerTracing.Testing;

namespace WorkerTracing.Quartz.Tests;

/// <summary>A real scheduler of an own name, attached to in one of the three ways, and what its traces become.</summary>
internal sealed class TracedScheduler : IAsyncDisposable
{
    private readonly SpanRecorder _spans = new();
    private ServiceProvider? _services;

    private TracedScheduler(WorkerTracingOptions options, Action<TracerProviderBuilder>? tracing)
    {
        Options = options;
        TracerProviderBuilder builder = Sdk.CreateTracerProviderBuilder()
            .AddSource("WorkerTracing", ScriptedJob.Source.Name)
            .AddProcessor(_spans)
            .AddProcessor(new BatchTraceProcessor(Exporter, new BatchTraceProcessorOptions { ScheduleDelay = TimeSpan.FromMinutes(10) }));
        tracing?.Invoke(builder);
        Provider = builder.Build();
        Tracer = new JobTracer(Provider, options);
    }

    public string Name { get; } = $"scheduler-{Guid.NewGuid():N}";

    public WorkerTracingOptions Options { get; }

    public TracerProvider Provider { get; }

    public JobTracer Tracer { get; }

    public RecordingExporter Exporter { get; } = new();

    public IScheduler Scheduler { get; private set; } = null!;

    public static async Task<TracedScheduler> StartAsync(
        Attachment attachment = Attachment.Listener,
        Action<WorkerTracingOptions>? options = null,
        Action<QuartzSetup>? quartz = null,
        Action<TracerProviderBuilder>? tracing = null)
    {
        var chosen = new WorkerTracingOptions();
        options?.Invoke(chosen);
        var traced = new TracedScheduler(chosen, tracing);
        traced.Scheduler = await traced.MakeAsync(attachment, quartz);
        await traced.Scheduler.Start();
        return traced;
    }

    /// <summary>Adds a job and triggers it once.</summary>
    public async Task<JobKey> TriggerAsync(Func<IJobExecutionContext, CancellationToken, Task> script, string group = JobKey.DefaultGroup)
    {
        IJobDetail job = ScriptedJob.Make(script, group);
        await Scheduler.AddJob(job);
        await Scheduler.TriggerInTraceAsync(job.Key);
        return job.Key;
    }

    /// <inheritdoc cref="TriggerAsync(Func{IJobExecutionContext, CancellationToken, Task}, string)"/>
    public Task<JobKey> TriggerAsync(Action<IJobExecutionContext> script) => TriggerAsync((context, _) =>
    {
        script(context);
        return Task.CompletedTask;
    });

    /// <summary>Waits for the spans of so many attempts, in the order of their ends.</summary>
    public async Task<IReadOnlyList<Activity>> JobSpansAsync(int count = 1)
    {
        await Until.TrueAsync(() => JobSpans.Count >= count, $"{count} attempts of {Name} have ended");
        return JobSpans;
    }

    public async Task<Activity> JobSpanAsync() => (await JobSpansAsync())[0];

    /// <summary>The spans of the attempts that have ended.</summary>
    public IReadOnlyList<Activity> JobSpans =>
        [.. _spans.Ended.Where(span => span.Source.Name == "WorkerTracing" && Name.Equals(span.GetTagItem(ActivityTags.SchedulerName)))];

    /// <summary>All spans that have ended.</summary>
    public IReadOnlyList<Activity> Recorded => _spans.Ended;

    /// <summary>All spans of a trace that have ended.</summary>
    public IReadOnlyList<Activity> Trace(ActivityTraceId trace) => [.. _spans.Ended.Where(span => span.TraceId == trace)];

    /// <summary>Attaches a further listener of the tracer, which learns at once of jobs that cannot start.</summary>
    public void AttachToFailures() => Scheduler.AttachToFailures(Tracer);

    /// <summary>Waits until no firing is left.</summary>
    public async Task DrainAsync()
        => await Until.DoneAsync(Scheduler.Shutdown(waitForJobsToComplete: true).AsTask(), $"the shutdown of {Name}");

    public async ValueTask DisposeAsync()
    {
        if (!Scheduler.HasShutDown())
            await DrainAsync();
        if (_services is not null)
            await _services.DisposeAsync();
        Provider.Dispose();
    }

    private async Task<IScheduler> MakeAsync(Attachment attachment, Action<QuartzSetup>? quartz)
    {
        if (attachment == Attachment.Container)
        {
            var services = new ServiceCollection();
            services.AddSingleton(Provider).AddSingleton(Tracer);
            services.AddTracedQuartz(Name, quartz).WithoutQuartzLog();
            _services = services.BuildServiceProvider();
            return await _services.GetRequiredService<ISchedulerFactory>().GetScheduler();
        }

        IScheduler scheduler = await SchedulerFactory.BuildAsync(Name, quartz, attachment == Attachment.Builder ? Tracer : null);
        if (attachment == Attachment.Listener)
            scheduler.ListenerManager.AddJobListener(new JobTraceListener(Tracer));
        return scheduler;
    }
}

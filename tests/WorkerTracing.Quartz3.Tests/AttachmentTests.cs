using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quartz;
using WorkerTracing.Testing;

namespace WorkerTracing.Quartz3.Tests;

/// <summary>What differs from the attachment to a scheduler of Quartz 4.</summary>
public sealed class AttachmentTests
{
    [Test]
    public async Task UseWorkerTracing_InTwoCallsOfAddQuartz_StartsTheHostAndTracesOnce()
    {
        string name = $"twice-{Guid.NewGuid():N}";
        var exporter = new RecordingExporter();

        await RunAsync(name, services =>
        {
            services.AddWorkerTracing().AddExporter(_ => exporter);
            services.AddQuartz(q => q.WithName(name).UseWorkerTracing().UseWorkerTracing());
            services.AddQuartz(static q => q.UseWorkerTracing());
        });

        Assert.That(SpansOf(name, exporter), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task UseWorkerTracing_AndAJobListenerOfTheType_TracesOnce()
    {
        string name = $"both-{Guid.NewGuid():N}";
        var exporter = new RecordingExporter();

        await RunAsync(name, services =>
        {
            services.AddWorkerTracing().AddExporter(_ => exporter);
            services.AddQuartz(q => q.WithName(name).UseWorkerTracing().AddJobListener<JobTraceListener>());
        });

        Assert.That(SpansOf(name, exporter), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task UseWorkerTracing_InAConfigurationThatNeedsTheContainer_TracesOnce([Values] bool named)
    {
        string name = $"deferred-{Guid.NewGuid():N}";
        var exporter = new RecordingExporter();

        await RunAsync(name, services =>
        {
            services.AddWorkerTracing().AddExporter(_ => exporter);
            if (named)
                services.AddQuartz(name, static (q, _) => q.UseWorkerTracing());
            else
                services.AddQuartz((q, _) => q.WithName(name).UseWorkerTracing());
        });

        Assert.That(SpansOf(name, exporter), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task UseWorkerTracing_WithATracer_TracesWithThat()
    {
        string name = $"tracer-{Guid.NewGuid():N}";
        await using TracedScheduler other = await TracedScheduler.StartAsync(
            options: static options => options.NameSelector = static _ => "by that tracer");

        await RunAsync(name, services => services.AddQuartz(q => q.WithName(name).UseWorkerTracing(other.Tracer)));

        Assert.That(
            other.Recorded.Where(span => name.Equals(span.GetTagItem(ActivityTags.SchedulerName))).Select(static span => span.DisplayName),
            Is.EqualTo(new[] { "by that tracer" }));
    }

    [Test]
    public void UseWorkerTracing_WithoutAddWorkerTracing_SaysSoAtStart([Values] bool named)
    {
        string name = $"missing-{Guid.NewGuid():N}";

        Assert.That(
            async () => await RunAsync(name, services =>
            {
                if (named)
                    services.AddQuartz(name, static q => q.UseWorkerTracing());
                else
                    services.AddQuartz(q => q.WithName(name).UseWorkerTracing());
            }),
            Throws.InvalidOperationException.With.Message.Contains("services.AddWorkerTracing()"));
    }

    [Test]
    public async Task UseWorkerTracing_OnASchedulerThatExists_TwiceTracesOnce()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();
        traced.Scheduler.UseWorkerTracing(traced.Tracer).UseWorkerTracing(traced.Tracer);

        await traced.TriggerAsync(static _ => { });

        await traced.JobSpanAsync();
        await traced.DrainAsync();
        Assert.That(traced.JobSpans, Has.Count.EqualTo(1));
        Assert.That(traced.Scheduler.ListenerManager.GetJobListeners().OfType<JobTraceListener>().ToArray(), Has.Length.EqualTo(1));
    }

    [Test]
    public void Arguments_ThatAreMissing_AreRefused()
    {
        Assert.That(static () => ((IScheduler)null!).UseWorkerTracing(new JobTracer(OpenTelemetry.Trace.TracerProvider.Default)),
            Throws.ArgumentNullException);
        Assert.That(static () => ((IServiceCollectionQuartzConfigurator)null!).UseWorkerTracing(), Throws.ArgumentNullException);
        Assert.That(static () => ((TriggerBuilder)null!).WithTraceContext(), Throws.ArgumentNullException);
        Assert.That(static () => ((JobDataMap)null!).WithTraceContext(), Throws.ArgumentNullException);
    }

    /// <summary>Runs one job on the scheduler of a host.</summary>
    private static async Task RunAsync(string name, Action<IServiceCollection> configure)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        configure(builder.Services);
        builder.Services.WithoutQuartzLog().AddQuartzHostedService(static options => options.WaitForJobsToComplete = true);
        using IHost host = builder.Build();
        await host.StartAsync();
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
        await host.StopAsync();
    }

    private static Activity[] SpansOf(string scheduler, RecordingExporter exporter) =>
        [.. exporter.Spans.Where(span => scheduler.Equals(span.GetTagItem(ActivityTags.SchedulerName)))];
}

using System.Collections.Concurrent;
using System.Diagnostics;
using Quartz;

namespace WorkerTracing.Quartz.Tests;

/// <summary>A job that does what the test says, found by its key.</summary>
public class ScriptedJob : TestJob
{
    public static readonly ActivitySource Source = new("Tests.Jobs");

    private static readonly ConcurrentDictionary<JobKey, Func<IJobExecutionContext, CancellationToken, Task>> Scripts = new();

    /// <summary>Makes a job of an own key.</summary>
    public static IJobDetail Make(Func<IJobExecutionContext, CancellationToken, Task> script, string group = JobKey.DefaultGroup)
        => Make<ScriptedJob>(script, group);

    /// <inheritdoc cref="Make"/>
    public static IJobDetail Make<TJob>(Func<IJobExecutionContext, CancellationToken, Task> script, string group = JobKey.DefaultGroup)
        where TJob : ScriptedJob
    {
        var key = new JobKey($"job-{Guid.NewGuid():N}", group);
        Scripts[key] = script;
        return JobBuilder.Create<TJob>().WithIdentity(key).StoreDurably().Build();
    }

    protected override Task RunAsync(IJobExecutionContext context, CancellationToken cancellationToken) =>
        Scripts[context.JobDetail.Key](context, cancellationToken);
}

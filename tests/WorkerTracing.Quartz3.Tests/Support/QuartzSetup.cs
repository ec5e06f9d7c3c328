using Quartz;

namespace WorkerTracing.Quartz.Tests;

/// <summary>
/// Settings and listeners of a scheduler, with the names of Quartz 4. Quartz 3 has two kinds of builder without a common type, and none of
/// them takes listeners without a container.
/// </summary>
internal sealed class QuartzSetup
{
    private readonly List<Action<IScheduler>> _attach = [];
    private int? _maxConcurrency;
    private bool _interrupts;

    public QuartzSetup AddJobListener(IJobListener listener) => Attach(scheduler => scheduler.ListenerManager.AddJobListener(listener));

    public QuartzSetup AddTriggerListener(ITriggerListener listener) =>
        Attach(scheduler => scheduler.ListenerManager.AddTriggerListener(listener));

    public QuartzSetup UseWorkerTracing(JobTracer tracer) =>
        Attach(scheduler => scheduler.ListenerManager.AddJobListener(new JobTraceListener(tracer)));

    public QuartzSetup UseDefaultThreadPool(int maxConcurrency)
    {
        _maxConcurrency = maxConcurrency;
        return this;
    }

    public QuartzSetup InterruptsJobsOnShutdown()
    {
        _interrupts = true;
        return this;
    }

    /// <summary>Does nothing: Quartz 3 never stores the trace context of the caller by itself.</summary>
    public QuartzSetup WithoutStoredContext() => this;

    /// <summary>Does nothing: Quartz 3 reports exceptions always.</summary>
    public QuartzSetup WithExceptionEvents(bool recorded) => this;

    public void ApplyTo(SchedulerBuilder builder)
    {
        if (_maxConcurrency is { } most)
            builder.UseDefaultThreadPool(most);
        builder.InterruptJobsOnShutdownWithWait = _interrupts;
    }

    public void ApplyTo(IServiceCollectionQuartzConfigurator q)
    {
        if (_maxConcurrency is { } most)
            q.UseDefaultThreadPool(most);
        q.InterruptJobsOnShutdownWithWait = _interrupts;
    }

    public void AttachTo(IScheduler scheduler)
    {
        foreach (Action<IScheduler> attach in _attach)
            attach(scheduler);
    }

    private QuartzSetup Attach(Action<IScheduler> attach)
    {
        _attach.Add(attach);
        return this;
    }
}
